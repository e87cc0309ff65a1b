/* SPDX-License-Identifier: MIT */
/* The command `carteiro`. */
int main(void)
{
  return 0;
}

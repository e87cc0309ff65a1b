/* SPDX-License-Identifier: MIT */
/* Runs a command, its output thrown away, and prints on one line what it used: user+system seconds, wall
 * seconds, peak KiB, exit status (-9: killed after PATIENCE seconds; 0 waits for ever). A parent with little
 * memory of its own, for a child's peak counts from its parent's. Usage: measure PATIENCE COMMAND [ARG…] */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
  if (argc < 3) return 2;
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  pid_t child = fork();
  if (child == 0) {
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    alarm((unsigned)strtoul(argv[1], NULL, 10)); /* survives exec */
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.6f %.6f %ld %d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
         (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9, usage.ru_maxrss,
         WIFSIGNALED(status) ? -9 : WEXITSTATUS(status));
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* Keeps the library from being empty until its first source is here. */
typedef int first_source_to_come;

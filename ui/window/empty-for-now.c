/* SPDX-License-Identifier: MIT */
typedef int first_source_to_come;

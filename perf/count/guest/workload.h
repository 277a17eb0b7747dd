/* SPDX-License-Identifier: MIT */
/* A workload: a server, and what loads it, between two marks. */
#pragma once

#include "plan.h"

void workload_run(const struct plan_step *step);

/* A program that must end with 0. */
void workload_prepare(char *const argv[]);

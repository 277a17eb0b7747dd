/* SPDX-License-Identifier: MIT */
/* The verb load: from its command line to a run of one of its modes. */
#include "cli/args/verb.h"
#include "cli/load/fail.h"
#include "cli/load/mode/mode.h"
#include "cli/load/options.h"
#include "cli/print/say.h"

#include <stdlib.h>
#include <string.h>

static const struct load_kind *mode_of(const struct load_options *o)
{
	if (o->stages)
		return &load_kind_stages;
	if (o->stress)
		return &load_kind_stress;
	return o->find_capacity ? &load_kind_capacity : &load_kind_plain;
}

int verb_load(int argc, char **argv)
{
	struct load_options o = {0};
	struct load_job job = {.options = &o, .argc = argc};
	int code = EXIT_OK;

	/* Parsing puts them into another order. */
	job.argv = calloc((size_t)argc + 1, sizeof(*job.argv));
	if (!job.argv)
		return say_failed(EXIT_SYSTEM, "no memory");
	memcpy(job.argv, argv, (size_t)argc * sizeof(*job.argv));
	load_fail_begin(&o, argc, job.argv);
	load_options_parse(&o, argc, argv);
	if (!o.print_scenario)
		code = load_kind_run(mode_of(&o), &job);
	free(job.argv);
	load_options_free(&o);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* The verb load: from its command line to a run of one of its kinds. */
#include "cli/args/verb.h"
#include "cli/load/fail.h"
#include "cli/load/kind/kinds.h"
#include "cli/load/options.h"

static const struct load_kind *kind_of(const struct load_options *o)
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
	struct load_job job = {.options = &o};
	int code = EXIT_OK;

	load_fail_begin(&o);
	load_options_parse(&o, argc, argv);
	if (!o.print_scenario)
		code = load_kind_run(kind_of(&o), &job);
	load_options_free(&o);
	return code;
}

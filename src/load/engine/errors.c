/* SPDX-License-Identifier: MIT */
#include "load/engine/errors.h"

#include "load/engine/reports.h"

void errors_note(struct errors *e, int error)
{
	e->next = error;
	reports_count(&e->kept, error);
}

void errors_report(struct errors *e, struct engine_reports *out)
{
	out->too_big += e->kept.too_big;
	out->refused += e->kept.refused;
	out->other += e->kept.other;
	*e = (struct errors){0};
}

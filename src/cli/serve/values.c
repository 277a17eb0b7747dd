/* SPDX-License-Identifier: MIT */
#include "cli/serve/values.h"

#include "cli/args/usage.h"
#include "cli/print/say.h"
#include "cli/serve/plan.h"
#include "service/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct service_ops *serve_parse_service(const char *text)
{
	const struct service_ops *s = service_find(text);

	if (!s)
		usage_error("service", "there is no \"%s\"; choose %s", text,
			serve_services("", " or "));
	return s;
}

static void parse_cidr(struct cidr *c, const char *text)
{
	char base[ADDRESS_TEXT];
	int error = cidr_parse(c, text);

	if (error == -ERANGE)
		usage_error("allow",
			"\"%s\" has bits set after its prefix; write %s/%u, or "
			"the address alone",
			text, address_format_host(&c->base, base), c->bits);
	if (error)
		usage_error("allow",
			"\"%s\" is not a prefix; try 192.0.2.0/24 or "
			"2001:db8::/32",
			text);
}

void serve_parse_allow(struct serve_options *o, char *text)
{
	size_t n = o->server.allow_count;
	struct cidr *grown = reallocarray(o->allow, n + 1, sizeof(*grown));

	if (!grown)
		say_exit(EXIT_SYSTEM, "no memory");
	o->allow = grown;
	parse_cidr(&grown[n], text);
	o->server.allow = grown;
	o->server.allow_count = n + 1;
}

double serve_parse_burn(const char *text)
{
	char *end;
	double ns = strtod(text, &end);

	if (end == text || *end || !(ns >= 0 && ns <= BURN_NS_MAX))
		usage_error("burn",
			"\"%s\" is not a number of nanoseconds up to 10000; "
			"try 2.5",
			text);
	return ns;
}

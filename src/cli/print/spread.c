/* SPDX-License-Identifier: MIT */
#include "cli/print/spread.h"

#include "cli/print/json.h"

void spread_print(FILE *out, const char *address, const struct spread *s)
{
	if (s->workers > 1 && s->all > 0)
		fprintf(out,
			"Each worker of %s received %.1f to %.1f %% (even: "
			"%.1f %%)\n",
			address, 100 * s->least, 100 * s->most,
			100.0 / s->workers);
}

const char *spread_warning(char *text, size_t room, const char *address,
	const struct spread *s, const char *advice)
{
	if (!s->starved)
		return NULL;
	snprintf(text, room,
		"%u of the %u workers of %s received less than a quarter of "
		"an even share: %s",
		s->starved, s->workers, address, advice);
	return text;
}

json_t *spread_json(const char *address, const uint64_t *received,
	uint32_t workers, size_t stride)
{
	struct spread s = spread_of(received, workers, stride);
	json_t *list = json_array();

	for (uint32_t i = 0; i < workers; i++)
		json_add(list, json_number(received[i * stride]));
	return json_pack("{s:s, s:o, s:i}", "listen", address, "received", list,
		"starved", (int)s.starved);
}

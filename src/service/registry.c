/* SPDX-License-Identifier: MIT */
#include "service/registry.h"

#include "service/services.h"

#include <stddef.h>
#include <string.h>

const struct service_ops *const service_table[] = {
	&service_length,
	&service_echo,
	&service_discard,
	&service_reflect,
	NULL,
};

const struct service_ops *service_find(const char *name)
{
	for (size_t i = 0; service_table[i]; i++)
		if (strcmp(service_table[i]->name, name) == 0)
			return service_table[i];
	return NULL;
}

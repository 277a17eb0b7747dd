/* SPDX-License-Identifier: MIT */
#include "cli/args/nearest.h"

#include <string.h>

#define NAME_MOST 64

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned nearest_distance(const char *a, const char *b)
{
	unsigned d[NAME_MOST + 1][NAME_MOST + 1];
	size_t m = strnlen(a, NAME_MOST), n = strnlen(b, NAME_MOST);

	for (unsigned i = 0; i <= NAME_MOST; i++)
		d[i][0] = d[0][i] = i;
	for (size_t i = 1; i <= m; i++)
		for (size_t j = 1; j <= n; j++) {
			d[i][j] = least(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = least(d[i][j],
				d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[m][n];
}

void nearest_begin(struct nearest *n, const char *mistyped)
{
	unsigned third = (unsigned)strlen(mistyped) / 3;

	*n = (struct nearest){mistyped, NULL, third ? third : 1};
}

void nearest_offer(struct nearest *n, const char *name)
{
	unsigned distance = nearest_distance(n->mistyped, name);

	if (distance < n->distance || (distance == n->distance && !n->found)) {
		n->distance = distance;
		n->found = name;
	}
}

/* SPDX-License-Identifier: MIT */
/* The figures that are shown of a server or of one of its workers, computed
 * from two snapshots of its counters. */
#pragma once

#include "cli/top/cause.h"
#include "export/reader.h"

enum figure {
	FIGURE_RX, /* datagrams per second */
	FIGURE_TX,
	FIGURE_RX_BITS, /* of payload, per second */
	FIGURE_TX_BITS,
	FIGURE_TRAIN,   /* datagrams per train received */
	FIGURE_FILL,    /* how full batches are, in percent */
	FIGURE_DROPPED, /* per second; the kernel's are skbs */
	FIGURE_REFUSED, /* datagrams per second */
	FIGURE_CPU,     /* percent of one CPU */
	FIGURE_QUEUE,   /* percent of the fullest worker's receive buffer */
	FIGURES
};

/* A figure that is not known is NAN. */
struct figures {
	double of[FIGURES];
};

/* The counters of a segment that matter here. */
enum source {
	SOURCE_RX,
	SOURCE_RX_BYTES,
	SOURCE_TRAINS,
	SOURCE_BATCHES,
	SOURCE_TX,
	SOURCE_TX_BYTES,
	SOURCE_QUEUE,
	SOURCE_RCVBUF,
	SOURCE_CPU_USER,
	SOURCE_CPU_SYSTEM,
	SOURCES
};

/* Zeroed: none. */
struct sources {
	int at[SOURCES];    /* index of the counter; negative: none */
	enum cause *causes; /* of each counter */
	uint32_t counters;
	double batch; /* trains per batch at most; 0: not known */
};

/* Looks them up in a segment. 0 or -ENOMEM. */
int sources_init(struct sources *s, const struct reader *r);
void sources_fini(struct sources *s);

/* Two snapshots, as of reader_snapshot(), and some of their workers. */
struct span {
	const uint64_t *now, *before; /* before NULL: there is only one */
	double seconds;               /* in between */
	uint32_t first, workers;
};

void figures_take(
	struct figures *f, const struct sources *s, const struct span *span);

/* By how much one counter has grown, in all of these workers; a counter that
 * goes backwards has not. */
double span_growth(
	const struct span *span, uint32_t counters, uint32_t counter);

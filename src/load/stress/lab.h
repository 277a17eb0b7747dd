/* SPDX-License-Identifier: MIT */
/* A run of stresses: what all of them share. Private to load/stress/. */
#pragma once

#include "core/failures.h"
#include "load/stress/row.h"

#define LAB_SEEN    (1u << 17) /* datagrams of a row, at most */
#define LAB_LONGEST 65536

/* Everything that is told as a difference. */
struct lab_moment {
	uint64_t at_ns;
	struct counts near, far;
	struct figures near_figures, far_figures;
	struct load_server server;
	int server_error;
};

struct stress_lab {
	const struct stress_config *config;
	struct stress_result *result;
	union address remote; /* an IPv4 address as such */
	bool v6;
	struct content content;
	struct counts_source near, far;
	struct figures_source near_figures, far_figures;
	const struct stress *stress; /* that runs, until then: */
	uint64_t deadline_ns;
	struct stress_row *row, spare; /* what no room is left for */
	struct lab_moment start, now;
	uint64_t told_ns;
	bool rested;       /* as lab_rest() found the server */
	uint64_t numbered; /* of the row: one more than the highest number */
	uint64_t seen[LAB_SEEN / 64]; /* answers of the row, by number */
	uint32_t asked[LAB_LONGEST];  /* for answers that tell a length */
	uint8_t *in, *out;            /* room for any packet */
	uint64_t rtt_ns;  /* as the first answer took: waits are longer by it */
	uint64_t control; /* number of the last */
	uint64_t control_oldest; /* whose answer is still good */
	uint32_t controls_out;   /* whose answers may yet come */
	bool control_ok;         /* that of the last has */
	int raw;                 /* to send packets by, or -errno */
	uint16_t first_id;       /* of packets that are cut up */
	struct failures receives;
	int error; /* -errno of a receive that will not work any more */
};

/* Zeroed state is legal in lab_close(). */
int lab_open(struct stress_lab *lab, const struct stress_config *config,
	struct stress_result *result, char *why, size_t why_bytes);
void lab_close(struct stress_lab *lab);

/* Gives the row a verdict, if it is worse than what it has. */
void lab_judge(struct stress_lab *lab, enum stress_verdict verdict,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Must the row end? Then it is marked as cut. Says how it goes, too. */
bool lab_over(struct stress_lab *lab);

/* The row's digest goes on with that. */
void lab_digest(struct stress_lab *lab, const void *data, size_t bytes);

/* Reads lab->now.server. Does the server live, as far as can be seen? */
bool lab_look(struct stress_lab *lab, enum load_look look);

/* What of enum stress_needs is not there, in words; NULL: nothing. */
const char *lab_lacks(struct stress_lab *lab, unsigned needs);

/* Numbers that are drawn anew for each seed, row and place in it. */
uint64_t lab_draw(const struct stress_lab *lab, uint64_t place);

static inline bool lab_replies(const struct stress_lab *lab)
{
	return lab->config->replies != REPLIES_NONE;
}

static inline uint32_t lab_flow(const struct stress_lab *lab)
{
	return (uint32_t)lab->result->count;
}

/* SPDX-License-Identifier: MIT */
/* The state of a run, shared by all stresses. Private to load/stress/. */
#pragma once

#include "core/failures.h"
#include "load/stress/row.h"

#define LAB_SEEN    (1u << 17) /* the most numbered datagrams of a row */
#define LAB_LONGEST 65536

/* Everything that is reported as a difference. */
struct lab_moment {
	uint64_t at_ns;
	struct figures near, far;
	struct counts near_counts, far_counts;
	struct load_server server;
	int server_error;
};

struct stress_lab {
	const struct stress_config *config;
	struct stress_result *result;
	union address remote; /* unmapped: IPv4 as AF_INET */
	bool v6;
	struct content content;
	struct figures_source near, far;
	/* The current one; it must end by deadline_ns. */
	const struct stress *stress;
	uint64_t deadline_ns;
	struct stress_row *row, spare; /* for rows that there is no room for */
	struct lab_moment start, now;
	uint64_t told_ns;
	bool rested;       /* lab_rest() found the server at rest */
	uint64_t numbered; /* one more than the highest number in the row */
	uint64_t seen[LAB_SEEN / 64]; /* answered numbers of the row */
	/* Open datagrams by length, for answers that tell it. */
	uint32_t asked[LAB_LONGEST];
	uint8_t *in, *out;       /* PACKET_ROOM each */
	uint64_t rtt_ns;         /* of the first answer; added to all waits */
	uint64_t control;        /* number of the last control */
	uint64_t control_oldest; /* the oldest control whose answer counts */
	uint32_t controls_out;   /* controls whose answers may still come */
	bool control_ok;         /* the last control was answered */
	int raw;                 /* the raw socket, or -errno */
	uint16_t first_id;       /* IP id of fragmented packets */
	struct failures receives;
	int error; /* -errno after receiving has failed for good */
};

/* 0; or -errno and one line in why. Call lab_close() in either case; it is
 * legal on zeroed state. */
int lab_open(struct stress_lab *lab, const struct stress_config *config,
	struct stress_result *result, char *why, size_t why_bytes);
void lab_close(struct stress_lab *lab);

/* Gives the row this verdict if it is worse than the one it has. */
void lab_judge(struct stress_lab *lab, enum stress_verdict verdict,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Has the user interrupted the run? Then marks the row as cut. */
bool lab_is_interrupted(struct stress_lab *lab);

/* Must the row end? Then marks it as cut. Also reports progress. */
bool lab_over(struct stress_lab *lab);

/* Adds data to the row's digest. */
void lab_digest(struct stress_lab *lab, const void *data, size_t bytes);

/* Reads the server's counters into lab->now.server. True if they could be
 * read. */
bool lab_look(struct stress_lab *lab, enum load_look look);

/* Which of the needs (enum stress_needs) is not met, in words; NULL: all
 * are. */
const char *lab_lacks(struct stress_lab *lab, unsigned needs);

/* A pseudo-random number from the seed, the row and a place in it. */
uint64_t lab_draw(const struct stress_lab *lab, uint64_t place);

static inline bool lab_replies(const struct stress_lab *lab)
{
	return lab->config->replies != REPLIES_NONE;
}

static inline uint32_t lab_flow(const struct stress_lab *lab)
{
	return (uint32_t)lab->result->count;
}

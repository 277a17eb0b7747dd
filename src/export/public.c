/* SPDX-License-Identifier: MIT */
/* Checks that the header for other programs describes the segment that is
 * written here. It has no code. */
#include "udpmill/counters.h"

#include "core/counters.h"
#include "export/segment.h"

#include <stddef.h>

#define SAME(ours, theirs, member)                                             \
	_Static_assert(offsetof(struct ours, member) ==                        \
			       offsetof(struct theirs, member),                \
		#member " is elsewhere");                                      \
	_Static_assert(sizeof(((struct ours *)0)->member) ==                   \
			       sizeof(((struct theirs *)0)->member),           \
		#member " has another size")
#define HEADER(member)  SAME(segment_header, udpmill_header, member)
#define COUNTER(member) SAME(segment_counter, udpmill_counter, member)

_Static_assert(sizeof(struct segment_header) == sizeof(struct udpmill_header),
	"the header has another size");
HEADER(magic);
HEADER(layout);
HEADER(ready);
HEADER(bytes);
HEADER(started_ns);
HEADER(netns);
HEADER(pid);
HEADER(config_offset);
HEADER(config_bytes);
HEADER(endpoint_offset);
HEADER(endpoint_count);
HEADER(counter_offset);
HEADER(counter_count);
HEADER(counter_stride);
HEADER(worker_offset);
HEADER(worker_count);
HEADER(worker_stride);
HEADER(version);
HEADER(service);
HEADER(backend);

_Static_assert(sizeof(struct segment_counter) == sizeof(struct udpmill_counter),
	"a description has another size");
COUNTER(name);
COUNTER(unit);
COUNTER(help);
COUNTER(kind);
COUNTER(reserved);

_Static_assert(UDPMILL_LAYOUT == SEGMENT_LAYOUT, "");
_Static_assert(UDPMILL_ENDPOINT == SEGMENT_ENDPOINT, "");
_Static_assert((int)UDPMILL_COUNTER == (int)COUNTER_KIND_COUNTER, "");
_Static_assert((int)UDPMILL_GAUGE == (int)COUNTER_KIND_GAUGE, "");
_Static_assert(sizeof(UDPMILL_MAGIC) == sizeof(SEGMENT_MAGIC), "");
_Static_assert(sizeof(UDPMILL_PREFIX) == sizeof(SEGMENT_PREFIX), "");
_Static_assert(sizeof(UDPMILL_REGISTRY) == sizeof(SEGMENT_DIR), "");

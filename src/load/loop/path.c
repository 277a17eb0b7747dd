/* SPDX-License-Identifier: MIT */
#include "load/loop/path.h"

#include "load/engine/engine.h"
#include "load/loop/generator.h"
#include "net/interface.h"
#include "net/neighbour.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS 1000000000u

#define MAC_TEXT 18

static const char *mac_format(const uint8_t mac[6], char text[MAC_TEXT])
{
	snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

/* The neighbour answers at another link-layer address. One that the kernel has
 * forgotten may still be where it was. */
static bool has_moved(struct load *l, const char *device)
{
	const struct engine_path *p = l->config.path;
	char host[ADDRESS_TEXT], was[MAC_TEXT], is[MAC_TEXT];
	uint8_t mac[6];

	if (neighbour_read(mac, (int)p->device, &p->next) ||
		memcmp(mac, p->mac_to, sizeof(mac)) == 0)
		return false;
	snprintf(l->path_why, sizeof(l->path_why),
		"frames go to %s, but %s is now at %s on %s",
		mac_format(p->mac_to, was), address_format_host(&p->next, host),
		mac_format(mac, is), device);
	return true;
}

static bool is_foreign(struct load *l)
{
	char host[ADDRESS_TEXT];

	if (!l->path_own || !interface_lacks(&l->obtained.bound))
		return false;
	snprintf(l->path_why, sizeof(l->path_why),
		"frames come from %s, which is no longer an address of this "
		"host",
		address_format_host(&l->obtained.bound, host));
	return true;
}

/* A source that is no interface's from the start on (ip route add local) is the
 * user's choice. */
void path_begin(struct load *l)
{
	l->path_own = l->config.path && interface_has(&l->obtained.bound);
}

bool path_is_lost(struct load *l, uint64_t now_ns)
{
	const struct engine_path *p = l->config.path;
	char device[IF_NAMESIZE];

	if (!p || now_ns < l->path_look_ns)
		return false;
	l->path_look_ns = now_ns + LOOK_NS;
	/* A device that is gone takes all else with it, and the engine says
	 * so. */
	if (!if_indextoname(p->device, device))
		return false;
	return has_moved(l, device) || is_foreign(l);
}

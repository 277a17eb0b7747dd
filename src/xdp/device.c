/* SPDX-License-Identifier: MIT */
#include "xdp/device.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool read_address(union address *out, const struct sockaddr *from)
{
	*out = (union address){0};
	if (from && from->sa_family == AF_INET)
		memcpy(&out->in, from, sizeof(out->in));
	else if (from && from->sa_family == AF_INET6)
		memcpy(&out->in6, from, sizeof(out->in6));
	return out->sa.sa_family != AF_UNSPEC;
}

/* As the kernel has it for each prefix below 31 bits, whatever "ip address"
 * shows (fib_add_ifaddr() in net/ipv4/fib_frontend.c). */
static struct in_addr broadcast_of(const struct ifaddrs *i)
{
	union address own, mask;
	struct in_addr out = {0};

	if (!read_address(&own, i->ifa_addr) ||
		!read_address(&mask, i->ifa_netmask) ||
		own.sa.sa_family != AF_INET ||
		ntohl(mask.in.sin_addr.s_addr) >= 0xfffffffe)
		return out;
	out.s_addr = own.in.sin_addr.s_addr | ~mask.in.sin_addr.s_addr;
	return out;
}

static void add_address(struct xdp_device *d, const struct ifaddrs *i)
{
	if (d->address_count < XDP_DEVICE_ADDRESSES &&
		read_address(&d->address[d->address_count], i->ifa_addr))
		d->address_count++;
}

static void add_never(struct xdp_device *d, struct in_addr a)
{
	for (uint32_t i = 0; i < d->never_count; i++)
		if (d->never[i].s_addr == a.s_addr)
			return;
	if (a.s_addr && d->never_count < XDP_DEVICE_NEVER)
		d->never[d->never_count++] = a;
}

static void add_nevers(struct xdp_device *d, const struct ifaddrs *i)
{
	union address own;

	if (!read_address(&own, i->ifa_addr) || own.sa.sa_family != AF_INET)
		return;
	add_never(d, own.in.sin_addr);
	add_never(d, broadcast_of(i));
}

/* Both the name, if it is not known yet, and the addresses. */
static int read_addresses(struct xdp_device *d, const union address *address)
{
	struct ifaddrs *all;
	union address own;

	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *i = all; i && !*d->name; i = i->ifa_next)
		if (read_address(&own, i->ifa_addr) &&
			address_same_host(&own, address))
			snprintf(d->name, sizeof(d->name), "%s", i->ifa_name);
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (strcmp(i->ifa_name, d->name) == 0) {
			add_address(d, i);
			add_nevers(d, i);
		}
	/* After those of the device, should there be no room for all. */
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (!(i->ifa_flags & IFF_LOOPBACK))
			add_nevers(d, i);
	freeifaddrs(all);
	return 0;
}

/* Combined queues, or as many as there are of both kinds. A driver that does
 * not tell has one. */
static uint32_t read_queues(int fd, struct ifreq *r)
{
	struct ethtool_channels c = {.cmd = ETHTOOL_GCHANNELS};
	uint32_t pairs;

	r->ifr_data = (void *)&c;
	if (ioctl(fd, SIOCETHTOOL, r))
		return 1;
	pairs = c.rx_count < c.tx_count ? c.rx_count : c.tx_count;
	return c.combined_count + pairs ? c.combined_count + pairs : 1;
}

static int read_device(
	struct xdp_device *d, int fd, char *why, size_t why_bytes)
{
	struct ifreq r = {0};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", d->name);
	if (ioctl(fd, SIOCGIFFLAGS, &r)) {
		int error = -errno;

		if (error == -ENODEV)
			snprintf(why, why_bytes, "there is no device \"%s\"",
				d->name);
		return error;
	}
	if (r.ifr_flags & IFF_LOOPBACK) {
		snprintf(why, why_bytes,
			"%s is the loopback device, which has no AF_XDP that "
			"could answer; give an address of another device",
			d->name);
		return -EINVAL;
	}
	if (!(r.ifr_flags & IFF_UP)) {
		snprintf(why, why_bytes,
			"device %s is down; try: ip link set %s up", d->name,
			d->name);
		return -ENETDOWN;
	}
	if (ioctl(fd, SIOCGIFHWADDR, &r) ||
		r.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
		snprintf(why, why_bytes, "device %s is no Ethernet device",
			d->name);
		return -EINVAL;
	}
	memcpy(d->mac, r.ifr_hwaddr.sa_data, sizeof(d->mac));
	if (ioctl(fd, SIOCGIFMTU, &r))
		return -errno;
	d->mtu = (uint32_t)r.ifr_mtu;
	if (ioctl(fd, SIOCGIFINDEX, &r))
		return -errno;
	d->index = (unsigned)r.ifr_ifindex;
	d->queues = read_queues(fd, &r);
	return 0;
}

static void explain(int error, char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "the devices cannot be read: %s",
		strerror(-error));
}

int xdp_device_find(struct xdp_device *d, const char *name,
	const union address *address, char *why, size_t why_bytes)
{
	char text[ADDRESS_TEXT];
	int error, fd;

	*d = (struct xdp_device){0};
	if (name && strlen(name) >= sizeof(d->name)) {
		snprintf(why, why_bytes, "there is no device \"%s\"", name);
		return -ENODEV;
	}
	if (name)
		snprintf(d->name, sizeof(d->name), "%s", name);
	error = read_addresses(d, address);
	if (error) {
		explain(error, why, why_bytes);
		return error;
	}
	if (!*d->name) {
		snprintf(why, why_bytes, "no device has the address %s",
			address_format_host(address, text));
		return -ENODEV;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		error = -errno;
		explain(error, why, why_bytes);
		return error;
	}
	*why = '\0';
	error = read_device(d, fd, why, why_bytes);
	if (error && !*why)
		explain(error, why, why_bytes);
	close(fd);
	return error;
}

/* SPDX-License-Identifier: MIT */
/* Addresses and prefixes: what is accepted is printed and accepted again. */
#include "core/address.h"
#include "fuzz.h"

#include <errno.h>
#include <string.h>

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("192.0.2.1:53"),
	SAMPLE("255.255.255.255:65535"),
	SAMPLE("[2001:db8::1]:53"),
	SAMPLE("[::ffff:192.0.2.1]:0"),
	SAMPLE("[fe80::1%lo]:7"),
	SAMPLE("[fe80::1%4294967295]:7"),
	SAMPLE("192.0.2.0/24"),
	SAMPLE("2001:db8::/32"),
	SAMPLE("::ffff:192.0.2.0/120"),
	SAMPLE("0.0.0.0/0"),
	{NULL, 0},
};

static void check_address(const char *text)
{
	char printed[ADDRESS_TEXT];
	union address a, again, unmapped;

	if (address_parse(&a, text)) {
		CHECK(address_parse(&a, text) == -EINVAL);
		return;
	}
	CHECK(address_length(&a) > 0);
	address_format(&a, printed);
	CHECK(strlen(printed) < sizeof(printed));
	CHECK(address_parse(&again, printed) == 0);
	CHECK(address_equal(&a, &again) && address_same_host(&a, &again));
	unmapped = a;
	address_unmap(&unmapped);
	CHECK(address_same_host(&a, &unmapped));
	CHECK(address_port(&a) == address_port(&unmapped));
	/* Mapped or not, a rule finds the same. */
	CHECK(address_is_loopback(&a) == address_is_loopback(&unmapped));
	CHECK(address_is_group(&a) == address_is_group(&unmapped));
	CHECK(address_is_any(&a) == address_is_any(&unmapped));
	CHECK(address_is_any(&a) + address_is_loopback(&a) +
			address_is_group(&a) <=
		1);
}

static void check_prefix(const char *text)
{
	union address outside;
	struct cidr c;
	int error = cidr_parse(&c, text);

	if (error && error != -ERANGE) {
		CHECK(error == -EINVAL);
		return;
	}
	CHECK(c.bits <= (c.base.sa.sa_family == AF_INET ? 32u : 128u));
	CHECK(cidr_match(&c, &c.base));
	if (c.bits == 0)
		return;
	outside = c.base;
	if (outside.sa.sa_family == AF_INET)
		((uint8_t *)&outside.in.sin_addr)[0] ^= 0x80;
	else
		outside.in6.sin6_addr.s6_addr[0] ^= 0x80;
	CHECK(!cidr_match(&c, &outside));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char *text = malloc(bytes + 1);

	CHECK(text);
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	check_address(text);
	check_prefix(text);
	free(text);
	return 0;
}

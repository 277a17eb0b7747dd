/* SPDX-License-Identifier: MIT */
/* The plan of a boot: what the guest's init takes for one, and what not. */
#include "plan.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define HEAD "udpmill-plan 1\n"
#define WORKLOAD                                                               \
	"workload echo\nready /tmp/ready\nserver /bin/udpmill serve 0\n"       \
	"load /bin/udpmill load 127.0.0.1:9 -J\nend\n"

static struct plan plan;
static char text[4096], why[256];

static int parse(const char *source)
{
	cr_assert(strlen(source) < sizeof(text));
	strcpy(text, source);
	return plan_parse(&plan, text, why, sizeof(why));
}

static void expect_words(char **words, const char *const *expected)
{
	size_t n = 0;

	for (; expected[n]; n++) {
		cr_assert(words[n], "word %zu is missing", n);
		cr_assert_str_eq(words[n], expected[n]);
	}
	cr_assert(!words[n], "there is a word too many");
}

static void end(void)
{
	plan_fini(&plan);
}

TestSuite(plan, .fini = end);

Test(plan, has_each_directive_as_a_step)
{
	static const enum plan_kind kinds[] = {PLAN_MODULE, PLAN_SYSCTL,
		PLAN_RUN, PLAN_QUIET, PLAN_WORKLOAD, PLAN_NAMES, PLAN_OFF};
	static const unsigned lines[] = {2, 3, 4, 6, 7, 12, 13};

	cr_assert(parse(HEAD "module /modules/veth.ko a=1 b=2\n"
			     "sysctl net.ipv4.udp_mem 1 2 3\n"
			     "run /bin/ip link add a type veth\n"
			     "\n"
			     "quiet 200\n" WORKLOAD "names\noff\n") == 0,
		"%s", why);
	cr_assert(plan.count == 7, "%zu", plan.count);
	for (size_t i = 0; i < plan.count; i++) {
		cr_assert(plan.steps[i].kind == kinds[i], "step %zu", i);
		cr_assert(plan.steps[i].line == lines[i], "step %zu", i);
	}
	expect_words(plan.steps[0].words,
		(const char *const[]){"/modules/veth.ko", "a=1", "b=2", NULL});
	expect_words(plan.steps[1].words,
		(const char *const[]){"net.ipv4.udp_mem", "1", "2", "3", NULL});
	cr_assert(plan.steps[3].ms == 200);
	expect_words(plan.steps[6].words, (const char *const[]){NULL});
}

Test(plan, has_a_workload_with_its_commands)
{
	const struct plan_step *w;

	cr_assert(parse(HEAD WORKLOAD "off") == 0, "%s", why);
	w = &plan.steps[0];
	expect_words(w->words, (const char *const[]){"echo", NULL});
	cr_assert_str_eq(w->ready, "/tmp/ready");
	expect_words(w->server,
		(const char *const[]){"/bin/udpmill", "serve", "0", NULL});
	expect_words(w->load, (const char *const[]){"/bin/udpmill", "load",
				      "127.0.0.1:9", "-J", NULL});
}

Test(plan, has_a_port_instead_of_a_file)
{
	cr_assert(parse(HEAD "workload dns\nlisten 10600\n"
			     "server /usr/sbin/unbound -d\n"
			     "load /bin/udpmill load x\nend\noff") == 0,
		"%s", why);
	cr_assert(plan.steps[0].port == 10600 && !plan.steps[0].ready);
}

Test(plan, may_have_policies)
{
	cr_assert(parse(HEAD WORKLOAD "off") == 0, "%s", why);
	cr_assert(plan.steps[0].server_fifo == 0);
	cr_assert(plan.steps[0].load_fifo == 0);
	plan_fini(&plan);
	cr_assert(parse(HEAD "policy softirq fifo 2\nworkload a\npolicy server "
			     "fifo 99\nready r\n"
			     "server s\nload l\npolicy load fifo 1\nend\n"
			     "off\n") == 0,
		"%s", why);
	cr_assert(plan.steps[0].kind == PLAN_POLICY && plan.steps[0].fifo == 2);
	cr_assert(plan.steps[1].server_fifo == 99);
	cr_assert(plan.steps[1].load_fifo == 1);
}

Test(plan, separates_words_by_any_number_of_blanks)
{
	cr_assert(parse(HEAD "  run \t a   b \noff\n\n\n") == 0, "%s", why);
	expect_words(
		plan.steps[0].words, (const char *const[]){"a", "b", NULL});
	cr_assert(plan.count == 2);
}

Test(plan, may_have_very_many_words)
{
	char source[4096] = HEAD "run";
	size_t n = 0;

	while (strlen(source) < 4000)
		strcat(source, " w");
	strcat(source, "\noff\n");
	cr_assert(parse(source) == 0, "%s", why);
	while (plan.steps[0].words[n])
		n++;
	cr_assert(n > 1900);
}

static const struct {
	const char *text, *why;
} wrong[] = {
	{"", "does not end with \"off\""},
	{"off\n", "line 1: not \"udpmill-plan 1\", but \"off\""},
	{"udpmill-plan 2\noff\n", "line 1"},
	{"udpmill-plan\noff\n", "line 1"},
	{"udpmill-plan 1 x\noff\n", "line 1"},
	{HEAD, "does not end"},
	{HEAD "names\n", "does not end"},
	{HEAD "off\nnames\n", "line 3: after \"off\" there is \"names\""},
	{HEAD "mudule x\noff\n", "line 2: there is no directive \"mudule\""},
	{HEAD "module\noff\n", "number of words after \"module\""},
	{HEAD "sysctl a\noff\n", "number of words"},
	{HEAD "run\noff\n", "number of words"},
	{HEAD "quiet\noff\n", "number of words"},
	{HEAD "quiet 1 2\noff\n", "number of words"},
	{HEAD "names x\noff\n", "number of words"},
	{HEAD "off x\n", "number of words"},
	{HEAD "quiet 0\noff\n", "milliseconds from 1 to 60000: \"0\""},
	{HEAD "quiet -1\noff\n", "milliseconds"},
	{HEAD "quiet 60001\noff\n", "milliseconds"},
	{HEAD "quiet 18446744073709551716\noff\n", "milliseconds"},
	{HEAD "quiet 1s\noff\n", "milliseconds"},
	{HEAD "ready x\noff\n", "belongs into a workload: \"ready\""},
	{HEAD "server x\noff\n", "belongs into"},
	{HEAD "load x\noff\n", "belongs into"},
	{HEAD "end\noff\n", "belongs into"},
	{HEAD "workload a\noff\n", "line 3: a workload has no end"},
	{HEAD "workload a\nworkload b\noff\n", "a workload has no end"},
	{HEAD "workload a\nend\noff\n",
		"no ready (or listen), server or load: \"a\""},
	{HEAD "workload a\nready r\nserver s\nend\noff\n", "no ready"},
	{HEAD "workload a\nready r\nload s\nend\noff\n", "no ready"},
	{HEAD "workload a\nserver r\nload s\nend\noff\n", "no ready"},
	{HEAD "policy server fifo 1\noff\n", "policy that is called"},
	{HEAD "workload a\npolicy softirq fifo 1\n", "policy that is"},
	{HEAD "workload a\npolicy server fifo\n", "number of words"},
	{HEAD "workload a\npolicy server rr 1\n", "no policy \"rr\""},
	{HEAD "workload a\npolicy server fifo 0\n", "1 to 99: \"0\""},
	{HEAD "workload a\npolicy server fifo 100\n", "1 to 99"},
	{HEAD "workload a\npolicy x fifo 1\n", "policy that is called \"x\""},
	{HEAD "workload a b\nready r\nserver s\nload l\nend\noff\n",
		"number of words"},
	{HEAD "workload a\nlisten 0\n", "not a port from 1 to 65535: \"0\""},
	{HEAD "workload a\nlisten 65536\n", "not a port"},
	{HEAD "workload a\nlisten 53x\n", "not a port"},
	{HEAD "workload a\nlisten\n", "number of words"},
	{HEAD "listen 53\noff\n", "belongs into a workload"},
	{HEAD "workload a\nrun x\nend\noff\n", "a workload has no end"},
};

Test(plan, that_is_wrong_is_refused_with_its_line)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cr_assert(parse(wrong[i].text) == -EINVAL, "%s", wrong[i].text);
		cr_assert(strstr(why, wrong[i].why), "%s: %s", wrong[i].text,
			why);
		cr_assert(!strchr(why, '\n') && !plan.steps && !plan.count);
	}
}

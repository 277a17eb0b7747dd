/* SPDX-License-Identifier: MIT */
#include "cli/load/report/loss.h"

#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

struct load_loss load_loss_of(
	const struct load_options *o, const struct load_result *r)
{
	bool alone = r->server_seen && !r->ledger.shared;
	uint64_t came = r->whole.answered + (alone ? r->ledger.absorbed : 0);
	uint64_t sent = r->whole.sent;

	/* What a server absorbs is ours only if nobody else sends to it. */
	return (struct load_loss){
		.known = alone || o->config.replies != REPLIES_NONE,
		.sent = sent,
		.lost = came < sent ? sent - came : 0,
	};
}

/* A part of 1; 0 if nothing was sent. */
static double share_of(const struct load_loss *loss)
{
	return loss->sent ? (double)loss->lost / (double)loss->sent : 0;
}

static bool is_borne(const struct load_options *o, const struct load_loss *loss)
{
	return !o->max_loss_said ||
	       (loss->known && share_of(loss) <= o->max_loss);
}

void load_loss_print(FILE *out, const struct load_options *o,
	const struct load_loss *loss, bool colour)
{
	bool borne = is_borne(o, loss);
	char share[32] = "not known";

	if (loss->known)
		snprintf(share, sizeof(share), "%.4g %%", 100 * share_of(loss));
	fprintf(out, "  %s%-32s %22s", STYLE(colour && !borne, STYLE_RED),
		"loss", share);
	if (o->max_loss_said)
		fprintf(out, "  %s --max-loss %.4g %%",
			borne ? "within" : "ABOVE", 100 * o->max_loss);
	fprintf(out, "%s\n", STYLE(colour && !borne, STYLE_END));
}

json_t *load_loss_json(
	const struct load_options *o, const struct load_loss *loss)
{
	json_t *lost = json_null(), *share = json_null(), *most = json_null();
	json_t *borne = json_null();

	if (loss->known) {
		lost = json_integer((json_int_t)loss->lost);
		share = json_real(share_of(loss));
	}
	if (o->max_loss_said) {
		most = json_real(o->max_loss);
		borne = json_boolean(is_borne(o, loss));
	}
	return json_pack("{s:I, s:o, s:o, s:o, s:o}", "sent",
		(json_int_t)loss->sent, "lost", lost, "share", share,
		"max_share", most, "borne", borne);
}

bool load_loss_is_borne(
	const struct load_options *o, const struct load_loss *loss)
{
	if (is_borne(o, loss))
		return true;
	if (loss->known)
		say("%s of %s datagrams were lost, %.4g %%: "
		    "more than --max-loss %.4g %%",
			text_grouped(loss->lost), text_grouped(loss->sent),
			100 * share_of(loss), 100 * o->max_loss);
	else
		say("--max-loss: the loss is not known, because the server has "
		    "other clients, too, or ended");
	return false;
}

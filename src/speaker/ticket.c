#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem.h"
#include "part.h"
#include "plan.h"
#include "store.h"
#include "str.h"

void ticket_finish(struct ticket *t)
{
    free(t->drops);
    *t = (struct ticket){0};
}

/* The store's secret is for other things too. */
static int make_key(char out[SHA256_BYTES], struct store *store, struct err *err)
{
    static const char label[] = "talkpress: speaker's review 1";
    char secret[SHA256_BYTES];
    if (store_secret(secret, store, err) < 0)
        return err->code;
    sha256_hmac_hex(out, secret, label, sizeof label);
    return 0;
}

/* Each value ends with a NUL, so that no two tickets have the same text. */
static void add(struct str *text, const char *value)
{
    str_add_bytes(text, value, strlen(value) + 1);
}

static void add_number(struct str *text, int64_t value)
{
    AUTO_FREE char *s = mem_printf("%lld", (long long)value);
    add(text, s);
}

static int sign(char out[SHA256_BYTES], const struct ticket *t, struct store *store,
                struct err *err)
{
    char key[SHA256_BYTES];
    AUTO_STR text = {0};
    if (make_key(key, store, err) < 0)
        return err->code;
    add(&text, t->event);
    add_number(&text, t->talk);
    add_number(&text, t->part);
    add(&text, t->recording);
    add_number(&text, t->begin);
    add_number(&text, t->end);
    add(&text, t->drops);
    add(&text, t->version);
    add(&text, t->issued);
    sha256_hmac_hex(out, key, text.s, text.len);
    return 0;
}

void ticket_version(char out[HASH_BYTES], const struct part_plan *pp)
{
    struct hash *h = hash_create();
    AUTO_FREE char *drops = part_drops_text(pp);
    hash_add_str(h, pp->source ? pp->source->recording->fingerprint : "");
    hash_add_int(h, pp->cut_known);
    hash_add_int(h, pp->begin);
    hash_add_int(h, pp->end);
    hash_add_int(h, pp->cut_by_hand);
    hash_add_str(h, drops);
    hash_add_int(h, pp->sound_offset_ms);
    hash_add_int(h, pp->source ? pp->source->chosen.stream : -1);
    hash_add_str(h, pp->source ? pp->source->chosen.use : "");
    hash_add_int(h, pp->accepted);
    hash_add_str(h, pp->accepted ? pp->acceptance.at : "");
    hash_hex(h, out);
    hash_destroy(h);
}

int ticket_issue(struct ticket *out, const struct plan *plan, const struct part_plan *pp,
                 struct err *err)
{
    AUTO_TICKET t = {.talk = pp->talk->number,
                     .part = pp->part->number,
                     .begin = pp->begin,
                     .end = pp->end,
                     .drops = part_drops_text(pp)};
    struct tm utc;
    const time_t now = time(NULL);
    gmtime_r(&now, &utc);
    strftime(t.issued, sizeof t.issued, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(t.event, sizeof t.event, "%s", plan->programme.id ? plan->programme.id : "");
    memcpy(t.recording, pp->source->recording->fingerprint, sizeof t.recording);
    ticket_version(t.version, pp);
    if (sign(t.signature, &t, plan->event->store, err) < 0)
        return err->code;
    *out = t;
    t = (struct ticket){0};
    return 0;
}

int ticket_check(const struct ticket *t, struct store *store, struct err *err)
{
    char signature[SHA256_BYTES];
    if (sign(signature, t, store, err) < 0)
        return err->code;
    return sha256_equal(signature, t->signature)
               ? 0
               : err_set(err, ERR_INVALID,
                         "its signature is not from this event: the answers belong to a review "
                         "that another event exported, or were changed by hand");
}

/* The answers "decide", "exchange" and "undo": what a person decides in the page. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "decide.h"
#include "event.h"
#include "journal.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "review_link.h"
#include "service.h"
#include "str.h"
#include "version.h"
#include "why.h"
#include "wish.h"

/* --- what would be made again ------------------------------------------------------------------
 */

static json_t *again_json(const struct again *again)
{
    json_t *jobs = json_object();
    for (int i = 0; i < NB_STAGES; i++)
        if (again->nb_jobs[i])
            json_object_set_new(jobs, stage_name((enum stage)i),
                                json_integer((json_int_t)again->nb_jobs[i]));
    return json_pack("{s:o, s:f, s:o}", "jobs", jobs, "core_s", again->core_s, "lines",
                     lines_json(again->lines.s));
}

/* The version of the part as it is now. */
static int find_version(char out[HASH_BYTES], const struct service *s, int talk, int part,
                        struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    const struct talk *t = programme_find(&s->plan->programme, talk);
    const struct part *p = t ? talk_part(t, part) : NULL;
    if (!p)
        return err_set(err, ERR_NOT_FOUND, "talk %d is no longer in the programme", talk);
    return plan_part(&pp, s->plan, t, p, err) < 0 ? err->code
                                                  : part_version(out, &pp, s->plan, err);
}

/* --- one decision ------------------------------------------------------------------------------
 */

/* A part as a page knows it. */
struct known {
    int talk, part;
    const char *version;
    char *now; /* owned; its version now, if it is another one */
};

/* Whether the page knows the part as it is. */
static int check_version(struct known *k, const struct service *s, struct err *err)
{
    char now[HASH_BYTES];
    if (find_version(now, s, k->talk, k->part, err) < 0)
        return err->code;
    if (strcmp(now, k->version) == 0)
        return 0;
    k->now = mem_strdup(now);
    return err_set(err, ERR_INVALID,
                   "somebody changed talk %d since the page showed it: look again", k->talk);
}

/* What a request wants to be decided, in one transaction. */
struct attempt {
    struct known a, b; /* b.talk 0: it is about one part */
    int (*decide)(struct decided *out, const struct attempt *attempt, const struct plan *plan,
                  struct err *err);
    const json_t *body;
    struct wish wish;
    bool try;        /* nothing is written */
    json_t *made;    /* the answer; owned */
    int64_t written; /* the decision in the journal */
};

static int decide(struct decided *out, struct attempt *d, const struct service *s, struct err *err)
{
    if ((d->a.version && check_version(&d->a, s, err) < 0) ||
        (d->b.talk && check_version(&d->b, s, err) < 0))
        return err->code;
    return d->decide(out, d, s->plan, err);
}

/* In one transaction, which a try does not commit. */
static int carry_out(struct attempt *d, struct service *s, struct err *err)
{
    AUTO_DECIDED decided = {0};
    char version[HASH_BYTES];
    showing_forget(s->showing);
    if (plan_begin(s->plan, err) < 0 ||
        decide_end(&decided, s->plan, decide(&decided, d, s, err), d->try, err) < 0)
        return err->code;
    if (!d->try) {
        d->written = decided.decision;
        s->own_change = true;
        s->changed_s = s->changed_s > 0 ? s->changed_s : clock_now_s();
    }
    if (!d->a.part)
        return 0;
    if (find_version(version, s, d->a.talk, d->a.part, err) < 0)
        return err->code;
    d->made = json_pack("{s:s, s:o}", "version", version, "again", again_json(&decided.again));
    return 0;
}

static void answer_attempt(struct answer *out, struct attempt *d, const struct err *err)
{
    struct known *stale = d->a.now ? &d->a : d->b.now ? &d->b : NULL;
    if (stale) {
        answer_error(out, STATUS_STALE, "%s", err->msg);
        out->version = mem_take(&stale->now);
    } else if (err->code) {
        answer_err(out, err);
    } else {
        json_t *all = d->made ? json_incref(d->made) : json_object();
        json_object_set_new(all, "decision", d->written ? json_integer(d->written) : json_null());
        answer_json(out, all);
    }
    free(d->a.now);
    free(d->b.now);
    json_decref(d->made);
    wish_finish(&d->wish);
}

static int decide_wish(struct decided *out, const struct attempt *d, const struct plan *plan,
                       struct err *err)
{
    return wish_decide(out, &d->wish, plan, err);
}

void answer_decide(struct answer *out, struct service *s, const struct link_request *request)
{
    struct err err = {0};
    struct attempt d = {.a = {.talk = request->talk, .part = request->part},
                        .decide = decide_wish,
                        .try = json_is_true(json_object_get(request->body, "try"))};
    if (json_need_string(&d.a.version, request->body, "version", "the decision", &err) == 0 &&
        wish_read(&d.wish, s->plan, request->talk, request->part, request->body, &err) == 0)
        (void)!carry_out(&d, s, &err);
    answer_attempt(out, &d, &err);
}

/* --- exchange and undo -------------------------------------------------------------------------
 */

static int exchange(struct decided *out, const struct attempt *d, const struct plan *plan,
                    struct err *err)
{
    const struct exchange_wish w = {{d->a.talk, d->a.part}, {d->b.talk, d->b.part}};
    return decide_exchange(out, plan, &w, err);
}

static int read_known(struct known *out, const json_t *body, const char *name, struct err *err)
{
    enum { MOST = 1000000000 };
    static const char where[] = "the exchange";
    json_t *part;
    int64_t talk = 0, number = 0;
    if (json_need_object(&part, body, name, where, err) < 0 ||
        json_need_number(&talk, part, "talk", 1, MOST, where, err) < 0 ||
        json_need_number(&number, part, "part", 1, MOST, where, err) < 0 ||
        json_need_string(&out->version, part, "version", where, err) < 0)
        return err->code;
    out->talk = (int)talk;
    out->part = (int)number;
    return 0;
}

void answer_exchange(struct answer *out, struct service *s, const struct link_request *request)
{
    struct err err = {0};
    struct attempt d = {.decide = exchange};
    if (read_known(&d.a, request->body, "a", &err) == 0 &&
        read_known(&d.b, request->body, "b", &err) == 0)
        (void)!carry_out(&d, s, &err);
    answer_attempt(out, &d, &err);
}

static int undo(struct decided *out, const struct attempt *d, const struct plan *plan,
                struct err *err)
{
    int64_t id = 0;
    if (json_need_number(&id, d->body, "decision", 1, INT64_MAX, "what is taken back", err) < 0)
        return err->code;
    return decide_undo(out, plan, &(struct undo_wish){.id = id}, err);
}

void answer_undo(struct answer *out, struct service *s, const struct link_request *request)
{
    struct err err = {0};
    struct attempt d = {.decide = undo, .body = request->body};
    (void)!carry_out(&d, s, &err);
    answer_attempt(out, &d, &err);
}

void answer_journal(struct answer *out, struct service *s, const struct link_request *request)
{
    enum { MOST = 200 };
    struct err err = {0};
    AUTO_JSON *all = json_object();
    if (add_decisions(all, s->plan, request->talk, 0, MOST, &err) < 0)
        answer_err(out, &err);
    else
        answer_json(out, json_incref(all));
}

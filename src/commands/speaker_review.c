#include "speaker_review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "answers.h"
#include "decide.h"
#include "event.h"
#include "fs.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "selector.h"
#include "speaker.h"
#include "speaker_diff.h"
#include "store.h"
#include "str.h"
#include "table.h"

/* --- options ---------------------------------------------------------------------------------- */

/* "all" or the names of items, with commas between them. False: there is another word. */
static bool read_take(bool take[SPEAKER_NB_ITEMS], bool *all, const char *text)
{
    for (const char *p = text; *p;) {
        const size_t nb = strcspn(p, ",");
        bool known = nb == 3 && strncmp(p, "all", nb) == 0;
        *all = *all || known;
        for (int i = 0; i < SPEAKER_NB_ITEMS; i++) {
            const char *name = speaker_item_name((enum speaker_item)i);
            const bool is = strlen(name) == nb && strncmp(p, name, nb) == 0;
            take[i] = take[i] || is;
            known = known || is;
        }
        if (!known)
            return false;
        p += nb + (p[nb] == ',');
    }
    return *text;
}

int speaker_review_check(struct command *c, struct err *err)
{
    const char *export = command_value(c, "export"), *output = command_value(c, "output");
    const char *import = command_value(c, "import");
    bool take[SPEAKER_NB_ITEMS] = {false}, all = false;
    if ((export || import) &&
        (command_has(c, "port") || command_has(c, "open") || command_has(c, "listen")))
        return command_usage(c, "--%s serves no page: it takes no --port, --open or --listen",
                             export ? "export" : "import");
    if (export && import)
        return command_usage(c, "expected --export or --import, not both");
    if (output && !export)
        return command_usage(c, "-o is only used with --export");
    if (c->nb_list && !import)
        return command_usage(c, "--take is only used with --import");
    for (size_t i = 0; i < c->nb_list; i++)
        if (!read_take(take, &all, c->list[i]))
            return command_usage(c, "'%s' cannot be taken: all, in, out, breaks or accept",
                                 c->list[i]);
    if (export)
        c->needs = NEEDS_FRESH | NEEDS_PLAN;
    if (import)
        c->needs = NEEDS_PLAN;
    return output ? fs_check_output(output, err) : 0;
}

/* --- export ----------------------------------------------------------------------------------- */

/* The one part that is named. */
static int find_part(const struct talk **talk, const struct part **part, const struct plan *plan,
                     const char *which, struct err *err)
{
    int number, only;
    if (selector_part(&number, &only, &plan->programme, which, err) < 0)
        return err->code;
    const struct talk *t = programme_find(&plan->programme, number);
    if (!only && t->nb_parts > 1)
        return err_set(err, ERR_USAGE, "talk %d has %zu parts: name one of them: %d/1", number,
                       t->nb_parts, number);
    *talk = t;
    *part = only ? talk_part(t, only) : &t->parts[0];
    return 0;
}

static int export_part(const struct command *c, const struct talk *talk, const struct part *part,
                       struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    AUTO_STR html = {0};
    if (plan_part(&pp, c->plan, talk, part, err) < 0 ||
        speaker_export(&html, c->plan, c->zygote, &pp, false, err) < 0)
        return err->code;
    AUTO_FREE char *own = speaker_file_name(&pp, "html");
    const char *path = command_value(c, "output") ? command_value(c, "output") : own;
    if (fs_write_output(path, html.s, html.len, err) < 0)
        return err->code;
    const bool small = html.len < 999500;
    fprintf(fs_beside_output(path),
            "%s: %.*f %s. Send it to the speaker.\n"
            "'talkpress review --import FILE' reads the answers.\n",
            path, small ? 0 : 1, (double)html.len / (small ? 1e3 : 1e6), small ? "kB" : "MB");
    return EXIT_OK;
}

int speaker_review_export(struct command *c, struct err *err)
{
    struct executor_result result = {0};
    const struct talk *talk = NULL;
    const struct part *part = NULL;
    const char *which = command_value(c, "export");
    if (find_part(&talk, &part, c->plan, which, err) < 0 ||
        analyse_recordings(&result, c->plan, c->pool, &talk->number, 1, false, err) < 0 ||
        find_part(&talk, &part, c->plan, which, err) < 0) /* the plan was loaded again */
        return err->code;
    if (result.stopped || result.nb_failed)
        return result.no_space ? EXIT_TRY_AGAIN : EXIT_FAILED;
    return export_part(c, talk, part, err);
}

/* --- import ----------------------------------------------------------------------------------- */

static int check_ticket(const struct plan *plan, const struct ticket *t, const char *path,
                        struct err *err)
{
    if (!plan->programme.id || strcmp(plan->programme.id, t->event) != 0)
        return err_set(err, ERR_INVALID,
                       "'%s': its answers are for another event, or for a folder of this one that "
                       "was made again",
                       path);
    return ticket_check(t, plan->event->store, err) < 0 ? err_prefix(err, "'%s': ", path) : 0;
}

static int plan_part_of(struct part_plan *out, const struct plan *plan, const struct ticket *t,
                        const char *path, struct err *err)
{
    const struct talk *talk = programme_find(&plan->programme, t->talk);
    const struct part *part = talk ? talk_part(talk, t->part) : NULL;
    if (!talk || !part || talk->gone) {
        err_set(err, ERR_NOT_FOUND, "'%s': talk %d is no longer in the programme", path, t->talk);
        return ERR_NOT_FOUND;
    }
    return plan_part(out, plan, talk, part, err);
}

static void print_diff(const struct speaker_diff *d, const struct part_plan *pp,
                       const struct answers *a)
{
    char name[32];
    struct table *t = table_create((const char *const[]){"what", "now", "the speaker", NULL});
    table_text("  ", "%s: %s%s%s, answers to the review of %s",
               plan_part_name(name, pp->talk, pp->part->number), pp->talk->title,
               a->by ? ", by " : "", a->by ? a->by : "", a->ticket.issued);
    for (size_t i = 0; i < d->nb; i++) {
        const struct speaker_change *c = &d->list[i];
        table_add(t, (const char *const[]){c->what, c->now, c->wanted});
    }
    table_print(t);
    if (!d->nb)
        puts("nothing is to be changed, and nothing was said");
    if (d->decided_since)
        table_text("  ", "note: %s", d->decided_since);
    if (d->refused)
        table_text("  ", "nothing of it can be taken: %s", d->refused);
}

static bool can_take(const struct speaker_diff *d)
{
    for (int i = 0; i < SPEAKER_NB_ITEMS; i++)
        if (speaker_diff_has(d, (enum speaker_item)i))
            return true;
    return false;
}

/* On a terminal, line by line. */
static void ask(bool take[SPEAKER_NB_ITEMS], const struct speaker_diff *d)
{
    enum cli_answer answer = CLI_NO;
    for (size_t i = 0; i < d->nb && answer != CLI_QUIT; i++) {
        const struct speaker_change *c = &d->list[i];
        if (c->item < 0)
            continue;
        if (answer != CLI_ALL)
            answer = cli_ask("Take '%s': %s?", c->what, c->wanted);
        take[c->item] = answer == CLI_YES || answer == CLI_ALL;
    }
}

static void choose(bool take[SPEAKER_NB_ITEMS], const struct speaker_diff *d,
                   const struct command *c)
{
    bool all = false;
    for (size_t i = 0; i < c->nb_list; i++)
        (void)read_take(take, &all, c->list[i]);
    if (!c->nb_list)
        ask(take, d);
    for (int i = 0; i < SPEAKER_NB_ITEMS; i++) {
        const bool has = speaker_diff_has(d, (enum speaker_item)i);
        if (take[i] && !has)
            printf("%s: nothing to take\n", speaker_item_name((enum speaker_item)i));
        take[i] = has && (take[i] || all);
    }
}

static void print_taken(const bool take[SPEAKER_NB_ITEMS])
{
    AUTO_STR line = {0};
    for (int i = 0; i < SPEAKER_NB_ITEMS; i++)
        if (take[i])
            str_addf(&line, "%s%s",
                     line.len ? ", " : "taken: ", speaker_item_name((enum speaker_item)i));
    if (line.len)
        puts(line.s);
}

/* In one transaction; the journal says whose answers they were. */
static int take_answers(struct plan *plan, const struct answers *a, const struct part_plan *pp,
                        const bool take[SPEAKER_NB_ITEMS], struct err *err)
{
    AUTO_DECIDED decided = {0};
    struct store *store = plan->event->store;
    AUTO_FREE char *names = speaker_names(pp);
    AUTO_FREE char *through = *names ? mem_printf("speaker (%s)", names) : mem_strdup("speaker");
    store_set_through(store, through);
    const int ret = plan_begin(plan, err) < 0
                        ? err->code
                        : plan_end(plan, speaker_diff_take(&decided, plan, a, take, err), err);
    store_set_through(store, "review");
    if (ret < 0)
        return ret;
    print_taken(take);
    table_lines("  ", decided.said.s);
    return 0;
}

static int import_answers(struct command *c, const struct answers *a, struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    AUTO_SPEAKER_DIFF diff = {0};
    bool take[SPEAKER_NB_ITEMS] = {false}, some = false;
    const char *path = command_value(c, "import");
    if (check_ticket(c->plan, &a->ticket, path, err) < 0 ||
        plan_part_of(&pp, c->plan, &a->ticket, path, err) < 0)
        return err->code;
    speaker_diff_find(&diff, &pp, a);
    print_diff(&diff, &pp, a);
    if (diff.refused)
        return c->nb_list ? EXIT_FAILED : EXIT_NEEDS_USER;
    choose(take, &diff, c);
    for (int i = 0; i < SPEAKER_NB_ITEMS; i++)
        some = some || take[i];
    if (some)
        return take_answers(c->plan, a, &pp, take, err) < 0 ? err->code : EXIT_OK;
    if (!can_take(&diff) || c->nb_list || cli_asks())
        return EXIT_OK;
    puts("to take it: talkpress review --import FILE --take all\n"
         "or some of it: --take in,out,breaks,accept");
    return EXIT_NEEDS_USER;
}

int speaker_review_import(struct command *c, struct err *err)
{
    AUTO_ANSWERS answers = {.begin = -1, .end = -1};
    return answers_read(&answers, command_value(c, "import"), c->event->settings.sandbox, err) < 0
               ? err->code
               : import_answers(c, &answers, err);
}

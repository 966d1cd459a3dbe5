#include "listing.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fs.h"
#include "listing_event.h"
#include "listing_page.h"
#include "listing_start.h"
#include "mem.h"
#include "programme.h"
#include "programme_limits.h"
#include "speakers.h"
#include "str.h"

enum {
    MAX_LISTED_S = 24 * 3600,
    SECTION_BYTES = 120, /* longest name of a section that is not marked up as a heading */
};

struct reader {
    const struct listing_page *page;
    const char *name;
    struct listing_start *starts;
    size_t nb_starts;
    int *lines; /* by talk number: the line of its entry; 0: none so far */
    struct programme *programme;
    struct err *err;
};

static void reader_finish(struct reader *r);
static int read_talks(struct reader *r);

bool listing_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    struct err ignored = {0};
    AUTO_LISTING_PAGE page = {0};
    struct listing_start *starts = NULL;
    size_t nb_starts = 0;
    if (listing_page_parse(&page, bytes, nb_bytes, name, &ignored) < 0)
        return true;
    listing_starts_find(&starts, &nb_starts, &page);
    free(starts);
    return nb_starts > 0;
}

int listing_parse(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                  struct err *err)
{
    AUTO_LISTING_PAGE page = {0};
    int rc = listing_page_parse(&page, bytes, nb_bytes, name, err);
    if (rc < 0)
        return rc;
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {
        .page = &page,
        .name = name,
        .lines = mem_zalloc(LISTING_MAX_NUMBER + 1, sizeof *r.lines),
        .programme = &programme,
        .err = err,
    };
    listing_starts_find(&r.starts, &r.nb_starts, &page);
    if (!r.nb_starts)
        return err_set(err, ERR_INVALID,
                       "'%s': found no talk in %zu lines; expected entries such as \"Episode 15 "
                       "(two parts): Title (Speaker) (12:06 / 24:21)\", in a list or at the "
                       "beginning of a line: save the page that lists the talks",
                       name, page.nb_lines);
    listing_event_read(&programme, &page, r.starts[0].line);
    rc = read_talks(&r);
    if (rc < 0)
        return rc;
    *out = programme;
    programme = (struct programme){0};
    return 0;
}

static void reader_finish(struct reader *r)
{
    free(r->starts);
    free(r->lines);
}

/* Always sets an error: "'page.html', line 12: talk 4 has no time: found "..."; expected ...".
 * found is shortened; expected tells the user what to write instead. */
static int ATTR_PRINTF(5, 6) fail(const struct reader *r, size_t line, const char *found,
                                  const char *expected, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char what[200];
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);

    AUTO_FREE char *quote = str_quote(found, STR_QUOTE_BYTES);
    return err_set(r->err, ERR_INVALID, "'%s', line %d: %s: found \"%s\"; expected %s", r->name,
                   r->page->lines[line].number, what, quote, expected);
}

/* Reads "(12:06 / 24:21)" at *p, which is in the line, into the talk's parts and moves *p after it.
 */
static int read_times(const struct reader *r, struct talk *talk, const char **p, size_t line)
{
    static const char expected[] = "minutes and seconds in parentheses, \"(25:07)\", with hours "
                                   "\"(1:02:03)\", of several parts \"(12:06 / 24:21)\"";
    const char *begin = *p, *close = begin + 1 + strspn(begin + 1, "0123456789:/., \n");
    if (*close != ')')
        return fail(r, line, begin, expected,
                    "talk %d: the parenthesis around the time is not closed", talk->number);
    AUTO_FREE char *times = mem_printf("%.*s", (int)(close - begin - 1), begin + 1);
    AUTO_FREE char *quote = mem_printf("(%s)", times);
    char *rest = times;
    for (char *time; (time = strsep(&rest, "/"));) {
        int64_t ms;
        str_fold_space(time);
        if (!strchr(time, ':') || strchr(time, '.') || !clock_parse_ms(time, &ms))
            return fail(r, line, quote, expected, "talk %d: the time cannot be read", talk->number);
        if (ms < 1000 || ms > MAX_LISTED_S * INT64_C(1000))
            return fail(r, line, quote, "a time from 0:01 to 24:00:00",
                        "talk %d: the time is out of range", talk->number);
        talk_add_part(talk, (int)(ms / 1000));
    }
    *p = close + 1;
    if (listing_is_time_at(listing_skip_space(*p)))
        return fail(r, line, begin, "one pair of parentheses, \"(12:06 / 24:21)\" for two parts",
                    "talk %d has times in several parentheses", talk->number);
    return 0;
}

/* Splits "Title (Speakers)" in place, at the last pair of parentheses if it ends the text. Returns
 * the speakers, or NULL; *unpaired is a parenthesis without its counterpart, or NULL. */
static char *split_speakers(char *head, const char **unpaired)
{
    char *opens[LISTING_HEAD_BYTES];
    size_t depth = 0;
    char *last = NULL;
    *unpaired = NULL;
    for (char *p = head; *p; p++) {
        if (*p == '(') {
            opens[depth++] = p;
        } else if (*p == ')') {
            if (!depth) {
                *unpaired = p;
                return NULL;
            }
            last = opens[--depth];
        }
    }
    if (depth)
        *unpaired = opens[depth - 1];
    if (depth || !str_ends(head, ")"))
        return NULL;
    assert(last); /* what the text ends in has its partner */
    head[strlen(head) - 1] = '\0';
    *last = '\0';
    return last + 1;
}

/* Reads title and speakers from the block's text between begin and end, where the time begins. */
static int read_title(const struct reader *r, struct talk *talk, const struct listing_block *b,
                      size_t begin, size_t end)
{
    static const char expected[] = "\"Title (Speaker) (25:07)\"";
    const char *text = b->text.s + begin;
    while (end > begin && isspace((unsigned char)b->text.s[end - 1]))
        end--;
    AUTO_FREE char *head = mem_printf("%.*s", (int)(end - begin), text);
    const char *unpaired;
    const char *speakers = split_speakers(head, &unpaired);
    if (unpaired)
        return fail(r, listing_block_line(b, begin + (size_t)(unpaired - head)),
                    text + (unpaired - head), expected, "talk %d: unbalanced parentheses",
                    talk->number);
    str_fold_space(head);
    if (!*head)
        return fail(r, b->first, text, expected, "talk %d has no title", talk->number);
    if (speakers)
        speakers_add_list(talk, speakers);
    talk->title = mem_take(&head);
    return 0;
}

/* The text after the time and any punctuation; NULL: there is none. */
static char *read_abstract(const char *text)
{
    text += strspn(text, " \n.,:;");
    return *text ? mem_strdup(text) : NULL;
}

static int check_number(const struct reader *r, const struct listing_start *start, const char *text)
{
    if (!start->number)
        return fail(r, start->line, text, "a whole number from 1 to 999999, each once",
                    "a talk's number cannot be read");
    if (r->lines[start->number])
        return fail(r, start->line, text, "each number once: give one of the two another number",
                    "talk %d is already in line %d", start->number, r->lines[start->number]);
    char where[32];
    snprintf(where, sizeof where, "line %d", r->page->lines[start->line].number);
    return programme_check_count(r->programme->nb_talks + 1, r->name, where, r->err);
}

/* Reads the entry at starts[i] into a new talk. *out_head_end is the line that holds its time. */
static int read_entry(struct reader *r, size_t i, const char *section, size_t *out_head_end)
{
    const struct listing_start *start = &r->starts[i];
    const size_t end = i + 1 < r->nb_starts ? r->starts[i + 1].line : r->page->nb_lines;
    AUTO_LISTING_BLOCK b = {0};
    listing_block_build(&b, r->page, start->line, end, SIZE_MAX);
    int rc = check_number(r, start, b.text.s);
    if (rc < 0)
        return rc;
    const int number = start->number;
    r->lines[number] = r->page->lines[start->line].number;
    if (start->parts < 0)
        return fail(r, start->line, b.text.s, "\"(two parts)\" or nothing, and then \":\"",
                    "talk %d: the parentheses after the number cannot be read", number);
    const char *time = listing_find_time(b.text.s + start->after);
    if (!time)
        return fail(r, start->line, b.text.s + start->after,
                    "minutes and seconds after the title, \"Title (Speaker) (25:07)\"",
                    "talk %d has no time", number);

    struct talk *talk = programme_add_talk(r->programme, number);
    const size_t time_at = (size_t)(time - b.text.s);
    const size_t time_line = *out_head_end = listing_block_line(&b, time_at);
    talk->section = mem_strdup(section);
    if ((rc = read_title(r, talk, &b, start->after, time_at)) < 0 ||
        (rc = read_times(r, talk, &time, time_line)) < 0)
        return rc;
    if (start->parts && (size_t)start->parts != talk->nb_parts)
        return fail(r, time_line, b.text.s + time_at, "one time for each part, \"(12:06 / 24:21)\"",
                    "talk %d has %d parts but %zu time%s", number, start->parts, talk->nb_parts,
                    talk->nb_parts == 1 ? "" : "s");
    talk->abstract = read_abstract(time);
    return 0;
}

/* Sections. */

struct section {
    char *name;         /* of the current talks, or NULL */
    struct str pending; /* the name for the next talks */
    size_t line;        /* of pending */
    bool heading;       /* pending is a heading: text before the next talk does not change it */
    bool fresh;         /* after a break: text begins a new name */
};

static void section_finish(struct section *s)
{
    free(s->name);
    str_finish(&s->pending);
}

/* Adds a line outside of entries. Before the first entry, a line may be the section's name, but
 * also the event's name, its dates or a greeting. */
static void section_add(struct section *s, const struct reader *r, size_t i, bool first)
{
    const struct line *line = &r->page->lines[i];
    const char *event = r->programme->name;
    const bool heading = line->kind == LINE_HEADING;
    if (s->heading && !heading)
        return;
    if (first || heading || s->fresh)
        str_clear(&s->pending);
    s->fresh = false;
    if (first && ((event && strcmp(line->text, event) == 0) ||
                  (!heading && (strlen(line->text) > SECTION_BYTES || str_ends(line->text, ".") ||
                                listing_event_has_date(line->text)))))
        return;
    s->heading = heading;
    s->line = s->pending.len ? s->line : i;
    str_addf(&s->pending, "%s%s", s->pending.len ? " " : "", line->text);
}

/* At the start of a talk: the pending name, if there is one, becomes the current section. */
static int section_settle(struct section *s, const struct reader *r)
{
    if (s->pending.len > SECTION_BYTES && !s->heading)
        return fail(
            r, s->line, s->pending.s,
            "a section's name between the end of a table cell or a rule and the next "
            "talk: put an abstract into its talk's cell, or mark up a long name as a heading",
            "%zu bytes are too long for a section's name", s->pending.len);
    if (s->pending.len) {
        free(s->name);
        s->name = str_take(&s->pending);
    }
    s->heading = false;
    return 0;
}

/* Refuses an item with "(Speaker) (25:07)", or with a keyword and a time, that is not an entry: its
 * keyword or number must be misspelt. Else it would become part of the abstract before it. */
static int check_item(const struct reader *r, size_t i)
{
    const struct listing_page *page = r->page;
    size_t end = i + 1;
    while (end < page->nb_lines && page->lines[end].kind == LINE_TEXT)
        end++;
    AUTO_LISTING_BLOCK b = {0};
    listing_block_build(&b, page, i, end, LISTING_HEAD_BYTES);
    const char *text = b.text.s, *time = listing_find_time(text);
    if (!time)
        return 0;
    while (time > text && isspace((unsigned char)time[-1]))
        time--;
    if (!listing_is_keyword_at(text) && (time == text || time[-1] != ')'))
        return 0;
    return fail(r, i, text,
                "a keyword and a number before the title, \"Episode 15: Title (Speaker) "
                "(25:07)\", like other talks of the page",
                "a list item has a time but no number");
}

static int read_talks(struct reader *r)
{
    const struct listing_page *page = r->page;
    ATTR_CLEANUP(section_finish) struct section section = {0};
    size_t next = 0;     /* index of the next start */
    size_t head_end = 0; /* last line of the current entry's title and time */
    bool in_entry = false;
    for (size_t i = 0; i < page->nb_lines; i++) {
        const enum line_kind kind = page->lines[i].kind;
        int rc = 0;
        if (next < r->nb_starts && r->starts[next].line == i) {
            rc = section_settle(&section, r);
            if (rc == 0)
                rc = read_entry(r, next++, section.name, &head_end);
            in_entry = true;
        } else if (kind == LINE_BREAK) {
            in_entry = false;
            section.fresh = true;
        } else if (kind == LINE_HEADING || (kind == LINE_TEXT && !in_entry)) {
            in_entry = false;
            section_add(&section, r, i, next == 0);
        } else if (kind == LINE_ITEM && (!in_entry || i > head_end)) {
            rc = check_item(r, i);
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

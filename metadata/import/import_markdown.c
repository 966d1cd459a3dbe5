#include "formats.h"

#include <ctype.h>
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "clock.h"
#include "csv_length.h"
#include "line_notes.h"
#include "markdown_item.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "speakers.h"
#include "str.h"
#include "title_speakers.h"

enum {
    MAX_S = 24 * 3600,
    MAX_ITEM_BYTES = 4 << 10, /* and of a heading */
    TAB_COLUMNS = 4,
    TALKS_PER_LEFT_OUT = 2, /* at least so many are read for each item that is not */
};

static const char expected_entry[] =
    "\"- [Title](https://...) by **Speaker** [25:07]\": complete the item, or remove it from the "
    "list";

/* A list item as the file has it. */
struct entry {
    char *text, *section;
    int line;   /* its first one, from 1 */
    int indent; /* columns before the bullet */
    int list;   /* which list it is in: a heading begins another one */
};

struct reader {
    struct programme *programme;
    struct entry *entries;
    size_t nb_entries;
    char *section;
    int list;
    bool named; /* a first-level heading is not the event's name any more */
    const char *name;
    int line;           /* the first line of the item that is being read, */
    int indent;         /* and its columns before the bullet */
    size_t nb_left_out; /* which may be talks */
    struct err first_left_out;
    struct line_notes notes;
    struct err *err;
};

static void reader_finish(struct reader *r)
{
    for (size_t i = 0; i < r->nb_entries; i++) {
        free(r->entries[i].text);
        free(r->entries[i].section);
    }
    free(r->entries);
    free(r->section);
    line_notes_finish(&r->notes);
}

/* Lines. */

/* The text after the bullet or number of a list item; NULL: the line does not begin one. */
static const char *skip_bullet(const char *line)
{
    line += strspn(line, " \t");
    const size_t nb = strspn(line, "0123456789");
    if (nb > 0 && nb < 10 && (line[nb] == '.' || line[nb] == ')'))
        line += nb + 1;
    else if (*line && strchr("-*+", *line))
        line++;
    else
        return NULL;
    return *line == ' ' || *line == '\t' ? line + strspn(line, " \t") : NULL;
}

/* The level of a heading, and its text in *text; 0: the line is not a heading. */
static int heading_level(const char **text, const char *line)
{
    const size_t nb = strspn(line, "#");
    if (nb < 1 || nb > 6 || (line[nb] != ' ' && line[nb] != '\t'))
        return 0;
    *text = line + nb;
    return (int)nb;
}

static bool is_fence(const char *line)
{
    line += strspn(line, " ");
    return str_starts(line, "```") || str_starts(line, "~~~");
}

static bool is_absolute(const char *url)
{
    return strstr(url, "://") != NULL;
}

/* Entries. */

/* Always sets an error about the item. */
static int fail(const struct reader *r, const char *what, const char *found, const char *expected)
{
    AUTO_FREE char *quote = str_quote(found, STR_QUOTE_BYTES);
    return err_set(r->err, ERR_INVALID, "'%s', line %d: %s: found \"%s\"; expected %s", r->name,
                   r->line, what, quote, expected);
}

static int read_times(const struct reader *r, struct talk *talk, char *times)
{
    AUTO_FREE char *found = mem_strdup(times);
    char *rest = times;
    for (char *time; (time = strsep(&rest, "/"));) {
        int64_t ms;
        str_fold_space(time);
        if (!strchr(time, ':') || !clock_parse_ms(time, &ms) || ms < 1000 ||
            ms > MAX_S * INT64_C(1000))
            return fail(r, "the time cannot be read", found,
                        "minutes and seconds, \"25:07\", with hours \"1:02:03\", from 0:01 to "
                        "24:00:00");
        talk_add_part(talk, (int)(ms / 1000));
    }
    return 0;
}

/* --- items ------------------------------------------------------------------------------------ */

/* Notes that an item is left out. If it may be a talk, there must be many talks for one such item,
 * or its error counts. */
static void leave_out(struct reader *r, bool doubtful, const char *what)
{
    if (doubtful && !r->nb_left_out++)
        r->first_left_out = *r->err;
    *r->err = (struct err){0};
    line_notes_add(&r->notes, r->line, what);
}

/* "Lunch [1:00:00]", "Total: 10:30:00". */
static bool is_pause(const char *text)
{
    static const char *const words[] = {"lunch",  "break",        "coffee",       "tea break",
                                        "dinner", "registration", "total",        "intermission",
                                        "pause",  "breakfast",    "mittagspause", "kaffeepause"};
    text += strspn(text, "*_ ");
    size_t nb_spaces = 0;
    for (const char *p = text; *p; p++)
        nb_spaces += *p == ' ' && p[1] && p[1] != ' ';
    for (size_t i = 0; nb_spaces < 3 && i < sizeof words / sizeof *words; i++)
        if (strncasecmp(text, words[i], strlen(words[i])) == 0 &&
            !isalpha((unsigned char)text[strlen(words[i])]))
            return true;
    return false;
}

/* An item with a time and no link is a talk that cannot be read, unless it is a pause, or the time
 * is one of a sentence: "Doors open at 9:00". */
static int read_unlinked(struct reader *r, const struct markdown_item *item, const char *text)
{
    if (!item->time)
        return 0;
    if (is_pause(item->rest)) {
        leave_out(r, false, "left out: a pause or a total, without link");
        return 0;
    }
    AUTO_FREE char *names = markdown_speakers(item->rest);
    const bool plain = item->bare && !names && !strstr(text, "**") && !strstr(text, " by ");
    fail(r, "a list item has a time but no link", text, expected_entry);
    if (!plain)
        return r->err->code;
    leave_out(r, true, "left out: a time without link and speaker");
    return 0;
}

/* NULL: there are too many; an error is set. */
static struct talk *add_talk(struct reader *r, const struct entry *e)
{
    char where[32];
    snprintf(where, sizeof where, "line %d", r->line);
    if (programme_check_count(r->programme->nb_talks + 1, r->name, where, r->err) < 0)
        return NULL;
    struct talk *talk = programme_add_talk(r->programme, 0);
    talk->section = mem_strdup(e->section);
    return talk;
}

static int read_item(struct reader *r, const struct entry *e)
{
    ATTR_CLEANUP(markdown_item_finish) struct markdown_item item = {0};
    r->line = e->line;
    markdown_item_parse(&item, e->text);
    if (!item.title || !*item.url)
        return read_unlinked(r, &item, e->text);
    /* Links within the page, or to a file beside it, are not talks. */
    if (!is_absolute(item.url) && !item.time)
        return 0;
    if (item.struck) {
        leave_out(r, false, "left out: struck through");
        return 0;
    }
    AUTO_FREE char *names = markdown_speakers(item.rest);
    const bool more = item.rest[strspn(item.rest, " .,;")] != '\0';
    if (!names && !more)
        names = markdown_cut_names(item.title);
    if (!names && (more || !item.time)) {
        fail(r,
             more ? "what follows the link cannot be read"
                  : "a list item has a link, but neither speaker nor time",
             more ? item.rest : item.title, expected_entry);
        if (item.time)
            return r->err->code;
        leave_out(r, true, "left out: a link with neither speaker nor time");
        return 0;
    }
    if (names && markdown_has_time(names))
        return fail(r, "a time is within the speakers", names, expected_entry);
    struct talk *talk = add_talk(r, e);
    if (!talk)
        return r->err->code;
    talk->title = markdown_title(item.title);
    if (!talk->title)
        return fail(r, "the link has no text", e->text, expected_entry);
    if (names)
        speakers_add(talk, names);
    talk->url = plain_line(item.url);
    talk->ref = mem_strdup(talk->url);
    if (item.time)
        return read_times(r, talk, item.time);
    talk_add_part(talk, 0);
    talk->parts[0].slot_s = item.slot_s;
    return 0;
}

/* --- parts below a talk ----------------------------------------------------------------------- */

/* What a talk's item says when its parts are items of their own. */
struct parent {
    struct markdown_item item;
    char *title, *names;
};

static void parent_finish(struct parent *p)
{
    markdown_item_finish(&p->item);
    free(p->title);
    free(p->names);
}

/* Without a link: "**Title** by Ann Lee", "Title by **Ann Lee**", "Title:". */
static void read_unlinked_parent(struct parent *p)
{
    char *text = p->item.rest;
    const char *close;
    const size_t nb = markdown_emphasis(&close, text);
    char *by = strstr(text, " by "), *end = nb ? strstr(text + nb, close) : NULL;
    if (end) {
        p->names = markdown_speakers(end + strlen(close));
        end[strlen(close)] = '\0';
    } else if (by) {
        p->names = markdown_speakers(by + 1);
        *by = '\0';
    }
    p->title = markdown_title(text);
    const size_t len = p->title ? strlen(p->title) : 0;
    if (len && p->title[len - 1] == ':')
        p->title[len - 1] = '\0';
}

static void parent_parse(struct parent *p, const struct entry *e)
{
    markdown_item_parse(&p->item, e->text);
    if (!p->item.title) {
        read_unlinked_parent(p);
        return;
    }
    p->names = markdown_speakers(p->item.rest);
    if (!p->names)
        p->names = markdown_cut_names(p->item.title);
    p->title = markdown_title(p->item.title);
}

/* The text after "2", "II", "two" or "2 of 3"; NULL: it does not begin so. */
static const char *skip_part_number(const char *text)
{
    static const char *const numbers[] = {"one", "two", "three", "four", "five", "iii",
                                          "ii",  "iv",  "vi",    "v",    "i"};
    const size_t nb = strspn(text, "0123456789");
    const char *p = text + nb;
    for (size_t i = 0; p == text && i < sizeof numbers / sizeof *numbers; i++)
        if (strncasecmp(text, numbers[i], strlen(numbers[i])) == 0)
            p = text + strlen(numbers[i]);
    if (p == text || nb > 2)
        return NULL;
    const size_t nb_of = str_starts(p, " of ") ? 4 : str_starts(p, "/") ? 1 : 0;
    if (nb_of && isdigit((unsigned char)p[nb_of]))
        p += nb_of + strspn(p + nb_of, "0123456789");
    return isalnum((unsigned char)*p) ? NULL : p;
}

static const char *skip_any(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strncasecmp(text, *words, strlen(*words)) == 0)
            return text + strlen(*words);
    return NULL;
}

/* Whether a title names a part only: "Part 2", "Part 2: The End", "Day 1", "Big Talk (1/2)". */
static bool is_part_name(const char *title, const char *of)
{
    static const char *const parts[] = {"part ", "part",    "pt. ",   "pt ",
                                        "teil ", "partie ", "parte ", NULL};
    static const char *const kinds[] = {"video ", "session ", "day ", "hour ", "#", "", NULL};
    static const char *const halves[] = {"first half",  "second half", "first part",
                                         "second part", "last part",   NULL};
    const size_t nb = of ? strlen(of) : 0;
    const bool repeated = nb && strncasecmp(title, of, nb) == 0;
    title += repeated ? nb : 0;
    title += strspn(title, " ,:;-([");
    if (str_starts(title, "–") || str_starts(title, "—"))
        title += strlen("–") + strspn(title + strlen("–"), " ");
    const char *named = skip_any(title, parts), *half = skip_any(title, halves);
    const char *number = named ? named : skip_any(title, kinds);
    const bool alone =
        number == title && !repeated; /* then it is in digits: a talk may be called "One" */
    const char *after = half                                       ? half
                        : alone && !isdigit((unsigned char)*title) ? NULL
                                                                   : skip_part_number(number);
    if (!after)
        return false;
    if (named)
        return !*after || strchr(" .,:;-)]", *after);
    return !after[strspn(after, " .)]")];
}

/* How many entries are below this one. */
static size_t count_below(const struct reader *r, size_t at)
{
    size_t nb = 0;
    while (at + nb + 1 < r->nb_entries && r->entries[at + nb + 1].list == r->entries[at].list &&
           r->entries[at + nb + 1].indent > r->entries[at].indent)
        nb++;
    return nb;
}

enum below { BELOW_OTHER, BELOW_PART, BELOW_TALK };

/* What an entry below another one is: a part of that talk; a talk; something else, such as a link
 * to slides. */
static enum below judge(const struct entry *e, const struct parent *parent)
{
    ATTR_CLEANUP(markdown_item_finish) struct markdown_item item = {0};
    markdown_item_parse(&item, e->text);
    if (!item.title) {
        AUTO_FREE char *text = markdown_strip(item.rest);
        return text && is_part_name(text, parent->title) ? BELOW_PART
               : item.time                               ? BELOW_TALK
                                                         : BELOW_OTHER;
    }
    if (!is_absolute(item.url))
        return item.time ? BELOW_TALK : BELOW_OTHER;
    AUTO_FREE char *names = markdown_speakers(item.rest), *title = markdown_strip(item.title);
    if (title && is_part_name(title, parent->title))
        return BELOW_PART;
    if (names)
        return BELOW_TALK;
    if (!item.time)
        return BELOW_OTHER;
    return parent->names && !parent->item.time ? BELOW_PART : BELOW_TALK;
}

static int add_part(struct reader *r, struct talk *talk, const struct entry *e)
{
    ATTR_CLEANUP(markdown_item_finish) struct markdown_item item = {0};
    r->line = e->line;
    markdown_item_parse(&item, e->text);
    char *later = item.url ? NULL : strstr(item.rest, "]("); /* "Part 1: [video](...)" */
    if (later) {
        later += 2;
        later[strcspn(later, " )>")] = '\0';
    }
    if (!talk->url && (item.url || later)) {
        talk->url = plain_line(item.url ? item.url : later);
        talk->ref = mem_strdup(talk->url);
    }
    if (item.time)
        return read_times(r, talk, item.time);
    talk_add_part(talk, 0);
    return 0;
}

/* Reads the talk whose parts are the items below it. */
static int read_parts(struct reader *r, size_t at, size_t nb, const struct parent *parent)
{
    r->line = r->entries[at].line;
    struct talk *talk = add_talk(r, &r->entries[at]);
    if (!talk)
        return r->err->code;
    talk->title = mem_strdup(parent->title);
    if (parent->names)
        speakers_add(talk, parent->names);
    if (parent->item.url && is_absolute(parent->item.url)) {
        talk->url = plain_line(parent->item.url);
        talk->ref = mem_strdup(talk->url);
    }
    for (size_t i = at + 1; i <= at + nb; i++)
        if (judge(&r->entries[i], parent) == BELOW_PART) {
            if (add_part(r, talk, &r->entries[i]) < 0)
                return r->err->code;
        } else {
            r->line = r->entries[i].line;
            leave_out(r, false, "left out: below a talk, and no part of it");
        }
    return 0;
}

/* Reads an item, and in *out_nb how many after it that belong to it. */
static int read_group(struct reader *r, size_t at, size_t *out_nb)
{
    const struct entry *e = &r->entries[at];
    const size_t nb = count_below(r, at);
    size_t nb_of[3] = {0};
    ATTR_CLEANUP(parent_finish) struct parent parent = {0};
    *out_nb = 0;
    if (!nb)
        return read_item(r, e);
    parent_parse(&parent, e);
    for (size_t i = at + 1; i <= at + nb; i++)
        nb_of[judge(&r->entries[i], &parent)]++;
    r->line = e->line;
    const bool is_talk = parent.item.title && (parent.names || parent.item.time);
    if (nb_of[BELOW_PART] && !nb_of[BELOW_TALK] && parent.title) {
        *out_nb = nb;
        return read_parts(r, at, nb, &parent);
    }
    if (is_talk && nb_of[BELOW_OTHER] == nb) {
        for (size_t i = at + 1; i <= at + nb; i++)
            line_notes_add(&r->notes, r->entries[i].line,
                           "left out: below a talk, and no part of it");
        *out_nb = nb;
        return read_item(r, e);
    }
    if (is_talk || nb_of[BELOW_OTHER] == nb)
        return read_item(r, e);
    if (parent.item.title || parent.item.time)
        leave_out(r, false, "left out: it only heads the talks below it");
    return 0;
}

static int read_entries(struct reader *r)
{
    for (size_t i = 0, nb; i < r->nb_entries; i += nb + 1)
        if (read_group(r, i, &nb) < 0)
            return r->err->code;
    if (r->nb_left_out * TALKS_PER_LEFT_OUT > r->programme->nb_talks) {
        *r->err = r->first_left_out;
        return r->err->code;
    }
    return 0;
}

/* --- the page --------------------------------------------------------------------------------- */

/* A first-level heading before the first talk names the event; others name sections. */
static void read_heading(struct reader *r, int level, const char *text)
{
    AUTO_FREE char *shown = markdown_strip(text);
    for (size_t len = shown ? strlen(shown) : 0; len > 0 && strchr("# ", shown[len - 1]);)
        shown[--len] = '\0';
    r->list++;
    if (level == 1 && !r->programme->name && !r->named) {
        r->programme->name = mem_take(&shown);
        return;
    }
    free(r->section);
    r->section = mem_take(&shown);
}

/* Ends the item, if there is one. */
static void settle(struct reader *r, struct str *item)
{
    if (!item->len)
        return;
    ATTR_CLEANUP(markdown_item_finish) struct markdown_item parsed = {0};
    markdown_item_parse(&parsed, item->s);
    r->named = r->named || (parsed.title && is_absolute(parsed.url));
    r->entries = mem_grow(r->entries, r->nb_entries, sizeof *r->entries);
    r->entries[r->nb_entries++] = (struct entry){.text = mem_strdup(item->s),
                                                 .section = mem_strdup(r->section),
                                                 .line = r->line,
                                                 .indent = r->indent,
                                                 .list = r->list};
    str_clear(item);
}

static int columns_before(const char *line)
{
    int nb = 0;
    for (; *line == ' ' || *line == '\t'; line++)
        nb += *line == '\t' ? TAB_COLUMNS : 1;
    return nb;
}

static int read_line(struct reader *r, struct str *item, const char *line, int number)
{
    const char *text = NULL;
    const int level = heading_level(&text, line);
    const char *begin = skip_bullet(line);
    const bool empty = !line[strspn(line, " \t")];
    if (level || begin || empty)
        settle(r, item);
    if (level && strlen(text) <= MAX_ITEM_BYTES) {
        read_heading(r, level, text);
    } else if (begin) {
        r->line = number;
        r->indent = columns_before(line);
        str_add(item, begin);
    } else if (item->len) {
        str_addf(item, " %s", line + strspn(line, " \t"));
    }
    if (item->len > MAX_ITEM_BYTES)
        return fail(r, "a list item is too long", item->s,
                    "at most 4096 bytes: put an empty line after the item");
    return 0;
}

bool import_markdown_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)name;
    for (const char *p = bytes, *end = bytes + nb_bytes; p < end;) {
        const size_t len = strcspn(p, "\n");
        if (len < MAX_ITEM_BYTES) {
            AUTO_FREE char *line = mem_printf("%.*s", (int)len, p);
            const char *begin = skip_bullet(line);
            ATTR_CLEANUP(markdown_item_finish) struct markdown_item item = {0};
            if (begin && begin[strspn(begin, "*_ ")] == '[')
                markdown_item_parse(&item, begin);
            if (item.title && item.time)
                return true;
        }
        p += len + 1;
    }
    return false;
}

int import_markdown_read(struct programme *out, const char *bytes, size_t nb_bytes,
                         const char *name, struct err *err)
{
    AUTO_STR text = {0};
    AUTO_STR item = {0};
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {.programme = &programme, .name = name, .err = err};
    if (charset_decode(&text, bytes, nb_bytes, name, "text nor a list; expected Markdown", NULL,
                       err) < 0)
        return err->code;
    bool fenced = false;
    int number = 0;
    char *rest = text.s;
    for (char *line; (line = strsep(&rest, "\n"));) {
        number++;
        const bool fence = is_fence(line);
        if (!fence && !fenced && read_line(&r, &item, line, number) < 0)
            return err->code;
        fenced ^= fence;
    }
    settle(&r, &item);
    if (read_entries(&r) < 0)
        return err->code;
    if (!programme.nb_talks)
        return err_set(err, ERR_INVALID, "'%s': found no talk in %d lines; expected %s", name,
                       number, expected_entry);
    title_speakers_take(&programme, name);
    line_notes_write(&r.notes, &programme, name);
    programme_settle_refs(&programme);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}

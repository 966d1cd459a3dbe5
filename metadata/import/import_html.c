#include "formats.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "datetime.h"
#include "html_tree.h"
#include "listing_event.h"
#include "listing_page.h"
#include "markup.h"
#include "mem.h"
#include "programme.h"
#include "programme_days.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "speakers.h"
#include "str.h"

enum {
    MAX_SLOT_S = 6 * 3600, /* a longer slot is more likely two times that do not belong together */
    HALF_DAY_S = 12 * 3600,
    NAMES_BYTES = 80, /* a longer paragraph after a title is not a list of speakers */
};

/* A table row or list item, and the times of its <time> elements. */
struct row {
    xmlNode *node, *time; /* belong to the document */
    struct datetime start, end;
    int from_s, to_s; /* times of day in its text, in seconds; -1: none */
};

struct time_page {
    xmlDoc *doc;
    struct row *rows;
    size_t nb_rows;
    bool deep;       /* tags are nested too deeply, so the page was not read to its end */
    bool z_is_local; /* the attributes are local times, even those marked "Z" */
};

static void time_page_finish(struct time_page *t)
{
    xmlFreeDoc(t->doc);
    free(t->rows);
}
#define AUTO_TIME_PAGE ATTR_CLEANUP(time_page_finish) struct time_page

/* Reads the next "18:30" or "6:30 pm" from *p on and moves *p after it. Seconds since midnight; -1:
 * there is none. */
static int next_clock(const char **p)
{
    for (; **p; (*p)++) {
        if (!isdigit((unsigned char)**p))
            continue;
        size_t nb = strspn(*p, "0123456789:.");
        const char *half = *p + nb + strspn(*p + nb, " ");
        if (*half && strchr("aApP", *half) &&
            tolower((unsigned char)half[1 + (half[1] == '.')]) == 'm')
            nb = (size_t)(half - *p) + 2 + (half[1] == '.');
        AUTO_FREE char *clock = mem_printf("%.*s", (int)nb, *p);
        *p += nb;
        struct datetime when = {0};
        if (datetime_parse_clock(&when, clock))
            return datetime_clock_s(&when);
        if (!**p)
            break;
    }
    return -1;
}

static void add_time(struct time_page *t, xmlNode *time)
{
    xmlNode *node = time->parent;
    while (node && !html_is_element(node, "tr") && !html_is_element(node, "li"))
        node = node->parent;
    xmlChar *attribute = xmlGetProp(time, (const xmlChar *)"datetime");
    struct datetime when = {0};
    const bool timed =
        attribute && datetime_parse_iso(&when, (const char *)attribute) && when.has_time;
    xmlFree(attribute);
    if (!node || !timed)
        return;
    struct row *last = t->nb_rows ? &t->rows[t->nb_rows - 1] : NULL;
    if (last && last->node == node) {
        last->end = when;
        return;
    }
    t->rows = mem_grow(t->rows, t->nb_rows, sizeof *t->rows);
    struct row *row = &t->rows[t->nb_rows++];
    *row = (struct row){.node = node, .time = time, .start = when};
    AUTO_FREE char *shown = html_content(time);
    const char *p = shown ? shown : "";
    row->from_s = next_clock(&p);
    row->to_s = next_clock(&p);
}

static bool shows_its_attribute(const struct row *row)
{
    return row->from_s >= 0 && (row->from_s - datetime_clock_s(&row->start)) % HALF_DAY_S == 0;
}

/* False: out of memory. */
static bool time_page_parse(struct time_page *out, const struct str *text)
{
    out->doc = html_tree_parse(&out->deep, text);
    if (!out->doc)
        return false;
    xmlNode *top = xmlDocGetRootElement(out->doc);
    for (xmlNode *node = top; node && out->nb_rows <= PROGRAMME_MAX_TALKS;
         node = html_next_node(node, top))
        if (html_is_element(node, "time"))
            add_time(out, node);
    size_t nb_same = 0, nb_shown = 0;
    for (size_t i = 0; i < out->nb_rows; i++) {
        nb_shown += out->rows[i].from_s >= 0;
        nb_same += shows_its_attribute(&out->rows[i]);
    }
    out->z_is_local = nb_same * 2 > nb_shown;
    return true;
}

/* Rows to talks. */

/* The title's element: a heading, else the first bold one, else the cell after the time's. */
static xmlNode *find_title(const struct row *row)
{
    xmlNode *bold = NULL;
    for (xmlNode *node = row->node; node; node = html_next_node(node, row->node)) {
        const char *name = node->type == XML_ELEMENT_NODE ? (const char *)node->name : "";
        if (tolower((unsigned char)name[0]) == 'h' && name[1] >= '1' && name[1] <= '6' && !name[2])
            return node;
        if (!bold && (html_is_element(node, "strong") || html_is_element(node, "b")))
            bold = node;
    }
    xmlNode *cell = row->time->parent;
    while (!bold && cell != row->node && !html_is_element(cell, "td") &&
           !html_is_element(cell, "th"))
        cell = cell->parent;
    if (!bold && cell != row->node)
        for (bold = cell->next;
             bold && !html_is_element(bold, "td") && !html_is_element(bold, "th");)
            bold = bold->next;
    return bold;
}

/* The title's text; of a cell, only the text before its first paragraph or line break. */
static char *title_text(xmlNode *title)
{
    const bool cell = html_is_element(title, "td") || html_is_element(title, "th");
    AUTO_STR text = {0};
    str_add(&text, "");
    for (xmlNode *node = title; node; node = html_next_node(node, title)) {
        const bool block = html_is_element(node, "p") || html_is_element(node, "div") ||
                           html_is_element(node, "ul") || html_is_element(node, "br");
        if (block && cell && text.s[strspn(text.s, " \t\n")])
            break;
        if (block)
            str_add(&text, " ");
        if (node->type == XML_TEXT_NODE && node->content)
            str_add(&text, (const char *)node->content);
    }
    return html_visible_line(text.s);
}

/* Such a paragraph ("Slides") is not part of the abstract. */
static bool is_link_alone(const xmlNode *node)
{
    for (const xmlNode *child = node->children; child; child = child->next) {
        const bool blank = child->type == XML_TEXT_NODE && xmlIsBlankNode(child);
        if (!blank && !html_is_element(child, "a") && !html_is_element(child, "br"))
            return false;
    }
    return true;
}

/* The paragraphs after the title: the first names the speakers if it is short and not a sentence;
 * the others are the abstract. */
static void read_paragraphs(struct talk *talk, const struct row *row, xmlNode *title)
{
    AUTO_STR abstract = {0};
    bool first = true;
    for (xmlNode *node = title; node; node = html_next_node(node, row->node)) {
        AUTO_FREE char *text =
            html_is_element(node, "p") && !is_link_alone(node) ? html_content(node) : NULL;
        if (!text)
            continue;
        if (first && strlen(text) <= NAMES_BYTES && !strchr(".!?", text[strlen(text) - 1]))
            speakers_add(talk, text);
        else
            str_addf(&abstract, "%s%s", abstract.len ? "\n\n" : "", text);
        first = false;
    }
    talk->abstract = abstract.len ? str_take(&abstract) : NULL;
}

/* If attribute and text are both local times, the text wins, because visitors read it: in the half
 * of the day that is nearer to the attribute. */
static void set_start(struct talk *talk, const struct time_page *t, const struct row *row)
{
    struct datetime when = row->start;
    const bool utc = when.has_offset && when.offset_min == 0;
    if (t->z_is_local && row->from_s >= 0) {
        const int s = datetime_clock_s(&when);
        int clock = row->from_s;
        if (clock < HALF_DAY_S && abs(clock + HALF_DAY_S - s) < abs(clock - s))
            clock += HALF_DAY_S;
        when.hour = clock / 3600;
        when.minute = clock / 60 % 60;
        when.second = clock % 60;
    }
    if (t->z_is_local && utc)
        when.has_offset = false;
    talk->start = datetime_format(&when);
}

static int slot_s(const struct row *row)
{
    int s = 0;
    if (row->end.has_time)
        s = datetime_clock_s(&row->end) - datetime_clock_s(&row->start);
    else if (row->to_s >= 0)
        s = row->to_s - row->from_s;
    if (s < 0)
        s += HALF_DAY_S; /* "11:30 - 12:15" on a clock of twelve hours */
    if (s < 0)
        s += HALF_DAY_S;
    return s <= MAX_SLOT_S ? s : 0;
}

static int read_row(struct programme *p, const struct time_page *t, const struct row *row,
                    const char *name, struct err *err)
{
    xmlNode *title = find_title(row);
    struct talk *talk = programme_add_talk(p, 0);
    talk->title = title ? title_text(title) : NULL;
    if (!talk->title) {
        AUTO_FREE char *shown = html_content(row->node);
        AUTO_FREE char *quote = str_quote(shown ? shown : "", STR_QUOTE_BYTES);
        return err_set(
            err, ERR_INVALID,
            "'%s', line %ld: a row of the timetable has no title: found \"%s\"; expected "
            "the title as a heading, in bold, or in the cell after the time",
            name, xmlGetLineNo(row->node), quote);
    }
    read_paragraphs(talk, row, title);
    set_start(talk, t, row);
    talk_add_part(talk, 0)->slot_s = slot_s(row);
    return 0;
}

/* Reads the event from the text above the first row. */
static int read_event(struct programme *p, const struct time_page *t, const char *bytes,
                      size_t nb_bytes, const char *name, struct err *err)
{
    AUTO_LISTING_PAGE page = {0};
    if (listing_page_parse(&page, bytes, nb_bytes, name, err) < 0)
        return err->code;
    size_t nb = 0;
    while (nb < page.nb_lines && page.lines[nb].number < xmlGetLineNo(t->rows[0].node))
        nb++;
    listing_event_read(p, &page, nb);
    return 0;
}

bool import_html_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    struct err err = {0};
    AUTO_STR text = {0};
    AUTO_TIME_PAGE t = {0};
    if (nb_bytes > LISTING_PAGE_MAX_HTML_BYTES || !strcasestr(bytes, "<time") ||
        !strcasestr(bytes, "datetime") ||
        charset_decode(&text, bytes, nb_bytes, name, "text nor HTML", NULL, &err) < 0 ||
        markup_crowded_line(text.s) || !time_page_parse(&t, &text))
        return false;
    size_t nb_titles = 0;
    for (size_t i = 0; i < t.nb_rows && nb_titles < 2; i++)
        nb_titles += find_title(&t.rows[i]) != NULL;
    return nb_titles >= 2;
}

int import_html_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                     struct err *err)
{
    AUTO_STR text = {0};
    AUTO_TIME_PAGE t = {0};
    AUTO_PROGRAMME programme = {0};
    if (charset_decode(&text, bytes, nb_bytes, name, "text nor HTML; expected a page", NULL, err) <
        0)
        return err->code;
    if (!time_page_parse(&t, &text))
        return err_set(err, ERR_NOMEM, "'%s': no memory for the HTML parser", name);
    if (t.deep)
        return err_set(err, ERR_INVALID,
                       "'%s': found tags nested more than %d deep; expected a page as a browser "
                       "saves it: save it again",
                       name, HTML_TREE_MAX_DEPTH);
    if (programme_check_count(t.nb_rows, name, NULL, err) < 0 ||
        read_event(&programme, &t, bytes, nb_bytes, name, err) < 0)
        return err->code;
    const bool dated = programme.begin != NULL;
    for (size_t i = 0; i < t.nb_rows; i++) {
        if (!dated)
            programme_widen(&programme, &t.rows[i].start);
        if (read_row(&programme, &t, &t.rows[i], name, err) < 0)
            return err->code;
    }
    programme_settle_refs(&programme);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}

#include "formats.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/tree.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "markup.h"
#include "mem.h"
#include "programme.h"
#include "str.h"
#include "timetable.h"

enum {
    MAX_NODES = 2000000, /* elements and attributes: 40 times those of the largest known event */
    MAX_DECLARED = 1000, /* attributes in a document type: each is compared with all others */
    WHERE_BYTES = 32,
};

struct xml {
    xmlDoc *doc;
    struct timetable *timetable;
    struct err *err;
};

static int read_doc(xmlDoc **out, const char *bytes, size_t nb_bytes, const char *name,
                    struct err *err);
static int read_conference(const struct xml *x, const xmlNode *root);
static int read_events(const struct xml *x, const xmlNode *parent, const struct timetable_day *day,
                       const char *room);
static int fail_no_event(const struct xml *x, const xmlNode *root);

const char *import_schedule_xml_root(const char *bytes)
{
    /* May come before the root element; "]" ends the declarations in a document type. */
    static const char *const skipped[][2] = {
        {"<?", "?>"}, {"<!--", "-->"}, {"<!", ">"}, {"]", ">"}};
    const char *p = import_skip_mark(bytes);
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped;) {
        p += strspn(p, " \t\r\n");
        if (!str_starts(p, skipped[i][0])) {
            i++;
            continue;
        }
        p = strstr(p, skipped[i][1]);
        if (!p)
            return NULL;
        p += strlen(skipped[i][1]);
        i = 0;
    }
    return *p == '<' ? p + 1 : NULL;
}

bool import_schedule_xml_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)nb_bytes;
    (void)name;
    const char *root = import_schedule_xml_root(bytes);
    return root && str_starts(root, "schedule") && strchr(" \t\r\n/>", root[strlen("schedule")]);
}

static bool is_named(const xmlChar *name, const char *wanted)
{
    return strcmp((const char *)name, wanted) == 0;
}

static void doc_free(xmlDoc **doc)
{
    if (*doc)
        xmlFreeDoc(*doc);
}

int import_schedule_xml_read(struct programme *out, const char *bytes, size_t nb_bytes,
                             const char *name, struct err *err)
{
    ATTR_CLEANUP(doc_free) xmlDoc *doc = NULL;
    int rc = read_doc(&doc, bytes, nb_bytes, name, err);
    if (rc < 0)
        return rc;
    AUTO_TIMETABLE timetable;
    timetable_init(&timetable, name);
    const struct xml x = {.doc = doc, .timetable = &timetable, .err = err};
    const xmlNode *root = xmlDocGetRootElement(doc);
    rc = read_conference(&x, root);
    if (rc == 0)
        rc = read_events(&x, root, &(struct timetable_day){0}, NULL);
    if (rc == 0 && !timetable.programme.nb_talks)
        rc = fail_no_event(&x, root);
    return rc < 0 ? rc : timetable_take(out, &timetable, err);
}

/* The document. */

/* Stops the parser at things that a schedule may not contain. */
struct guard {
    xmlParserCtxt *ctxt;
    int nb_nodes, nb_declared;
    const char *found;
    int line;
};

static void guard_stop(struct guard *g, const char *found)
{
    if (!g->found) {
        g->found = found;
        g->line = xmlSAX2GetLineNumber(g->ctxt);
    }
    xmlStopParser(g->ctxt);
}

static void guard_element(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                          int nb_namespaces, const xmlChar **namespaces, int nb_attributes,
                          int nb_defaulted, const xmlChar **attributes)
{
    xmlParserCtxt *ctxt = ctx;
    struct guard *g = ctxt->_private;
    g->nb_nodes += 1 + nb_namespaces + nb_attributes;
    if (g->nb_nodes > MAX_NODES)
        guard_stop(g, "more elements than any conference has");
    else
        xmlSAX2StartElementNs(ctx, name, prefix, uri, nb_namespaces, namespaces, nb_attributes,
                              nb_defaulted, attributes);
}

static void guard_entity(void *ctx, const xmlChar *name, int type, const xmlChar *public_id,
                         const xmlChar *system_id, xmlChar *content)
{
    (void)name;
    (void)type;
    (void)public_id;
    (void)system_id;
    (void)content;
    const xmlParserCtxt *ctxt = ctx;
    guard_stop(ctxt->_private, "an entity declaration");
}

static void guard_attribute(void *ctx, const xmlChar *element, const xmlChar *name, int type,
                            int kind, const xmlChar *value, xmlEnumeration *tree)
{
    const xmlParserCtxt *ctxt = ctx;
    struct guard *g = ctxt->_private;
    if (++g->nb_declared <= MAX_DECLARED) {
        xmlSAX2AttributeDecl(ctx, element, name, type, kind, value, tree);
        return;
    }
    xmlFreeEnumeration(tree);
    guard_stop(g, "more declarations of attributes than any schedule has");
}

/* libxml2 2.12 made what handlers get const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError handled_error;
#else
typedef xmlError handled_error;
#endif

/* Without a handler, libxml2 prints some errors; the context keeps the last one anyway. */
static void guard_error(void *user, handled_error *error)
{
    (void)user;
    (void)error;
}

/* Whether the text is no XML, or the parser stopped early, as it does where a text exceeds its
 * limits. */
static bool is_broken(xmlParserCtxt *ctxt)
{
#if LIBXML_VERSION >= 21400
    return (xmlCtxtGetStatus(ctxt) &
            (XML_STATUS_NOT_WELL_FORMED | XML_STATUS_CATASTROPHIC_ERROR)) != 0;
#else
    return !ctxt->wellFormed || ctxt->disableSAX;
#endif
}

static int doc_error(const struct guard *g, const char *name, struct err *err)
{
    static const char advice[] = "a schedule.xml as frab, pretalx or wafer exports it: export or "
                                 "download it again";
    const xmlError *last = xmlCtxtGetLastError(g->ctxt);
    if (g->found)
        return err_set(err, ERR_INVALID, "'%s', line %d: found %s; expected %s", name, g->line,
                       g->found, advice);
    const char *message = last && last->message ? last->message : "broken XML";
    if (last && last->code == XML_ERR_NO_MEMORY && !strstr(message, "huge")) /* libxml2's limits */
        return err_set(err, ERR_NOMEM, "'%s': no memory for the XML parser", name);
    AUTO_FREE char *what = str_quote(message, 300);
    return err_set(err, ERR_INVALID, "'%s', line %d: found broken XML: %s; expected %s", name,
                   last ? last->line : 1, what, advice);
}

static int read_doc(xmlDoc **out, const char *bytes, size_t nb_bytes, const char *name,
                    struct err *err)
{
    if (nb_bytes > INT_MAX)
        return err_set(err, ERR_INVALID, "'%s': too large for a timetable", name);
    const int crowded = markup_crowded_line(bytes);
    if (crowded)
        return err_set(err, ERR_INVALID,
                       "'%s', line %d: found an element with more than %d attributes; expected a "
                       "schedule.xml as frab, pretalx or wafer exports it: export or download it "
                       "again",
                       name, crowded, MARKUP_MAX_ATTRIBUTES);
    struct guard g = {.ctxt = xmlNewParserCtxt()};
    if (!g.ctxt)
        return err_set(err, ERR_NOMEM, "'%s': no memory for the XML parser", name);
    g.ctxt->_private = &g;
    g.ctxt->sax->startElementNs = guard_element;
    g.ctxt->sax->entityDecl = guard_entity;
    g.ctxt->sax->attributeDecl = guard_attribute;
    g.ctxt->sax->serror = guard_error;
    g.ctxt->sax->comment = NULL;
    g.ctxt->sax->processingInstruction = NULL;
    xmlDoc *doc = xmlCtxtReadMemory(g.ctxt, bytes, (int)nb_bytes, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
                                        XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
    int rc = 0;
    if (!doc || g.found || is_broken(g.ctxt) || !xmlDocGetRootElement(doc)) {
        rc = doc_error(&g, name, err);
        doc_free(&doc);
        doc = NULL;
    }
    *out = doc;
    xmlFreeParserCtxt(g.ctxt);
    return rc;
}

/* Elements. */

static const xmlNode *child(const xmlNode *parent, const char *name)
{
    for (const xmlNode *n = parent->children; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE && is_named(n->name, name))
            return n;
    return NULL;
}

/* The content of an element that holds a text; markup in it that was not escaped stays markup. A
 * new string. */
static char *content(const struct xml *x, const xmlNode *element)
{
    AUTO_STR text = {0};
    for (xmlNode *n = element->children; n; n = n->next) {
        if (n->type != XML_ELEMENT_NODE) {
            str_add(&text, n->content ? (const char *)n->content : "");
            continue;
        }
        xmlBuffer *markup = xmlBufferCreate();
        if (markup && xmlNodeDump(markup, x->doc, n, 0, 0) > 0)
            str_add(&text, (const char *)xmlBufferContent(markup));
        xmlBufferFree(markup);
    }
    return str_take(&text);
}

/* The content of a child; NULL: there is no such child. */
static char *child_content(const struct xml *x, const xmlNode *parent, const char *name)
{
    const xmlNode *n = child(parent, name);
    return n ? content(x, n) : NULL;
}

/* The content of an element that holds a line: its name, if it is an object with one, else its text
 * without markup. A new string. */
static char *line_content(const xmlNode *element)
{
    const xmlNode *name = child(element, "name");
    xmlChar *text = xmlNodeGetContent(name ? name : element);
    char *line = mem_strdup(text ? (const char *)text : "");
    xmlFree(text);
    return line;
}

/* The same for a child; NULL: there is no such child. */
static char *child_line(const xmlNode *parent, const char *name)
{
    const xmlNode *n = child(parent, name);
    return n ? line_content(n) : NULL;
}

/* A new string; NULL: there is none. */
static char *attribute(const xmlNode *element, const char *name)
{
    for (const xmlAttr *a = element->properties; a; a = a->next)
        if (is_named(a->name, name))
            return mem_strdup(
                a->children && a->children->content ? (const char *)a->children->content : "");
    return NULL;
}

static const char *line_of(char where[WHERE_BYTES], const xmlNode *n)
{
    snprintf(where, WHERE_BYTES, "line %ld", xmlGetLineNo(n));
    return where;
}

static int read_conference(const struct xml *x, const xmlNode *root)
{
    char where[WHERE_BYTES];
    const xmlNode *c = child(root, "conference");
    if (!c)
        return timetable_fail(x->timetable, line_of(where, root), "<conference>", NULL,
                              "the element with the conference's title and dates: export the "
                              "whole schedule",
                              x->err);
    AUTO_FREE char *title = child_line(c, "title"), *venue = child_line(c, "venue");
    AUTO_FREE char *city = child_line(c, "city"), *begin = child_line(c, "start");
    AUTO_FREE char *end = child_line(c, "end"), *zone = child_line(c, "time_zone_name");
    AUTO_FREE char *day_change = child_line(c, "day_change");
    const struct timetable_event event = {
        .where = line_of(where, c),
        .title = title,
        .venue = venue,
        .city = city,
        .begin = begin,
        .end = end,
        .zone = zone,
        .day_change = day_change,
    };
    return timetable_set_event(x->timetable, &event, x->err);
}

/* The text of a person between its elements, such as a code and a biography. A new string. */
static char *own_text(const xmlNode *element)
{
    AUTO_STR text = {0};
    for (const xmlNode *n = element->children; n; n = n->next)
        if (n->type != XML_ELEMENT_NODE)
            str_add(&text, n->content ? (const char *)n->content : "");
    return str_take(&text);
}

/* NULL: it has no such elements. A new string. */
static char *two_names(const xmlNode *person)
{
    AUTO_FREE char *first = child_line(person, "first_name");
    AUTO_FREE char *last = child_line(person, "last_name");
    if (!first || !last)
        return mem_take(first ? &first : &last);
    return mem_printf("%s %s", first, last);
}

/* A person is a text, or an object with a name as its element or attribute. A new string; NULL: an
 * object without any. */
static char *person_name(const xmlNode *person)
{
    bool any = !xmlFirstElementChild((xmlNode *)(uintptr_t)person);
    AUTO_FREE char *text = own_text(person);
    for (size_t i = 0; timetable_person_names[i]; i++) {
        AUTO_FREE char *attr = attribute(person, timetable_person_names[i]);
        AUTO_FREE char *line = child_line(person, timetable_person_names[i]);
        char **name = line ? &line : &attr;
        if (*name && (*name)[strspn(*name, " \t\r\n")])
            return mem_take(name);
        any = any || *name;
    }
    return any || text[strspn(text, " \t\r\n")] ? mem_take(&text) : two_names(person);
}

static int fail_person(const struct xml *x, const xmlNode *person)
{
    char where[WHERE_BYTES];
    AUTO_STR found = {0};
    for (const xmlNode *n = person->children; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            str_addf(&found, "%s<%s>", found.len ? ", " : "", (const char *)n->name);
    return timetable_fail(x->timetable, line_of(where, person), "the person's name", found.s,
                          "a text, or an element such as <public_name> or <name>", x->err);
}

static int read_speakers(const struct xml *x, const xmlNode *event)
{
    const xmlNode *persons = child(event, "persons");
    if (!persons)
        persons = child(event, "speakers");
    for (const xmlNode *n = persons ? persons->children : NULL; n; n = n->next)
        if (is_named(n->name, "person") || is_named(n->name, "speaker")) {
            AUTO_FREE char *name = person_name(n);
            if (!name)
                return fail_person(x, n);
            timetable_add_speaker(x->timetable, name);
        }
    return 0;
}

/* <recording><optout>true</optout></recording> */
static bool is_not_recorded(const xmlNode *event)
{
    const xmlNode *recording = child(event, "recording");
    AUTO_FREE char *optout = recording ? child_line(recording, "optout") : NULL;
    return optout && (strncasecmp(optout, "true", 4) == 0 || strcmp(optout, "1") == 0);
}

static int read_event(const struct xml *x, const xmlNode *e, const struct timetable_day *day,
                      const char *room)
{
    char where[WHERE_BYTES];
    AUTO_FREE char *id = attribute(e, "id"), *guid = attribute(e, "guid");
    AUTO_FREE char *code = attribute(e, "code"), *slug = child_line(e, "slug");
    AUTO_FREE char *title = child_line(e, "title"), *own_room = child_line(e, "room");
    AUTO_FREE char *subtitle = child_line(e, "subtitle"), *date = child_line(e, "date");
    AUTO_FREE char *track = child_line(e, "track"), *url = child_line(e, "url");
    AUTO_FREE char *language = child_line(e, "language");
    AUTO_FREE char *abstract = child_content(x, e, "abstract");
    AUTO_FREE char *description = child_content(x, e, "description");
    AUTO_FREE char *start = child_line(e, "start"), *end = child_line(e, "end");
    AUTO_FREE char *duration = child_line(e, "duration"), *state = child_line(e, "state");
    AUTO_FREE char *status = child_line(e, "status");
    const bool no_track = track && strcmp(track, "No Track") == 0; /* wafer writes this for none */
    const struct timetable_talk talk = {
        .where = line_of(where, e),
        .id = id,
        .guid = guid,
        .slug = slug ? slug : code,
        .title = title,
        .subtitle = subtitle,
        .track = no_track ? NULL : track,
        .room = own_room,
        .in_room = room,
        .language = language,
        .url = url,
        .abstract = abstract,
        .description = description,
        .day = *day,
        .date = date,
        .start = start,
        .end = end,
        .duration = duration,
        .status = status ? status : state,
        .not_recorded = is_not_recorded(e),
    };
    if (timetable_leaves_out(x->timetable, &talk))
        return 0;
    const int rc = timetable_add_talk(x->timetable, &talk, x->err);
    return rc < 0 ? rc : read_speakers(x, e);
}

static int read_day(const struct xml *x, const xmlNode *day)
{
    AUTO_FREE char *date = attribute(day, "date"), *begin = attribute(day, "start");
    AUTO_FREE char *end = attribute(day, "end");
    const struct timetable_day its = {.date = date, .begin = begin, .end = end};
    return read_events(x, day, &its, NULL);
}

/* Events are in the rooms of a day, or in the day itself, and in some files in other elements. */
static int read_events(const struct xml *x, const xmlNode *parent, const struct timetable_day *day,
                       const char *room)
{
    int rc = 0;
    for (const xmlNode *n = parent->children; n && rc == 0; n = n->next) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        if (is_named(n->name, "event")) {
            rc = read_event(x, n, day, room);
        } else if (is_named(n->name, "day")) {
            rc = read_day(x, n);
        } else if (is_named(n->name, "room")) {
            AUTO_FREE char *name = attribute(n, "name");
            timetable_add_room(x->timetable, name);
            rc = read_events(x, n, day, name ? name : room);
        } else {
            rc = read_events(x, n, day, room);
        }
    }
    return rc;
}

/* --- a file without events --- */

enum { MAX_NAMES = 12 };

struct names {
    const char *name[MAX_NAMES];
    size_t count[MAX_NAMES], nb;
    bool more;
};

static void count_names(struct names *names, const xmlNode *parent)
{
    for (const xmlNode *n = parent->children; n; n = n->next) {
        size_t i = 0;
        if (n->type != XML_ELEMENT_NODE || is_named(n->name, "conference"))
            continue;
        while (i < names->nb && !is_named(n->name, names->name[i]))
            i++;
        if (i == MAX_NAMES) {
            names->more = true;
        } else {
            names->nb = i == names->nb ? i + 1 : names->nb;
            names->name[i] = (const char *)n->name;
            names->count[i]++;
        }
        count_names(names, n);
    }
}

/* Names the elements that the file has instead. */
static int fail_no_event(const struct xml *x, const xmlNode *root)
{
    struct names names = {0};
    AUTO_STR found = {0};
    count_names(&names, root);
    for (size_t i = 0; i < names.nb; i++)
        str_addf(&found, "%s%zu <%.40s>", i ? ", " : ": ", names.count[i], names.name[i]);
    return err_set(
        x->err, ERR_INVALID,
        "'%s': found a <schedule> without any <event>%s%s; expected one for each talk, in "
        "a <room> or in a <day>: export it again once talks are scheduled",
        x->timetable->name, found.s ? found.s : "", names.more ? ", ..." : "");
}

#include "csv_columns.h"

#include <ctype.h>
#include <glib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

enum { MAX_NAMES = 40, NO_RANK = 1000, MAX_NAME_BYTES = 100, MAX_HEADING_BYTES = 300 };

/* Names of columns in lower case, letters and digits only. If a table has several, the first listed
 * here is used. */
static const char *const names[NB_COLUMNS][MAX_NAMES] = {
    [COL_NUMBER] = {"number", "no", "nr", "#", "talknumber", "episode"},
    [COL_ID] = {"id", "ref", "code", "slug", "guid", "uid", "cfpid"},
    [COL_TITLE] = {"title", "talk", "session", "name", "presentation", "lecture", "topic",
                   "subject", "paper", "titel", "vortrag", "titre", "titulo", "titolo", "proposal",
                   "event", "activity"},
    [COL_SPEAKERS] =
        {"speakers",      "speaker",      "speakername",  "speakernames",  "presenters",
         "presenter",     "authors",      "author",       "presentername", "presenternames",
         "presentedby",   "lecturer",     "lecturers",    "host",          "hosts",
         "facilitator",   "panelists",    "referent",     "referenten",    "vortragende",
         "sprecher",      "conferencier", "intervenants", "ponente",       "intervenant",
         "intervenantes", "orateur",      "orateurs",     "vortragender",  "vortragenden",
         "relatore",      "relatori",     "spreker",      "sprekers",      "ponentes",
         "who",           "by",           "owner"},
    [COL_FIRST_NAME] = {"firstname", "speakerfirstname", "givenname", "vorname"},
    [COL_LAST_NAME] = {"lastname", "speakerlastname", "surname", "familyname", "nachname"},
    [COL_SECTION] = {"section", "track", "category", "categories", "trackname", "tracks", "stream",
                     "theme"},
    [COL_ROOM] = {"room", "venue", "stage", "hall", "location", "roomname", "auditorium", "raum",
                  "saal", "salle", "sala"},
    [COL_DATE] = {"date", "day", "startdate", "startday", "datum", "tag", "jour", "fecha"},
    [COL_START] = {"start",       "starttime",     "startsat",     "startat",     "begin",
                   "begins",      "starts",        "begintime",    "time",        "at",
                   "scheduledat", "startdatetime", "datetime",     "dateandtime", "timeslot",
                   "when",        "from",          "timestart",    "beginn",      "uhrzeit",
                   "zeit",        "von",           "heure",        "debut",       "hora",
                   "inicio",      "heurededebut",  "horadeinicio", "startzeit",   "anfang"},
    [COL_END] = {"end", "endtime", "endsat", "endat", "ends", "finish", "finishtime", "until",
                 "enddatetime", "to", "till", "stop", "timeend", "ende", "bis", "fin", "heuredefin",
                 "horadefin", "endzeit"},
    [COL_ZONE] = {"timezone", "tz", "zone", "zeitzone"},
    [COL_LISTED] = {"listed", "listedtime", "runningtime"},
    [COL_LENGTH] = {"length", "runtime", "howlong", "lange"},
    [COL_SLOT] = {"duration", "slot", "minutes", "mins", "slotlength", "allottedtime",
                  "timeallotted", "dauer", "duree", "duracion", "durata"},
    [COL_STATUS] = {"status", "state", "decision", "statut", "etat", "estado", "stato", "zustand"},
    [COL_CANCELLED] = {"cancelled", "canceled", "withdrawn", "declined", "rejected"},
    [COL_ACCEPTED] = {"accepted", "confirmed", "active"},
    [COL_RECORDED] = {"recordingconsent", "consenttorecording", "recordingallowed",
                      "allowrecording", "recordingok", "recordingpermission", "canberecorded",
                      "mayberecorded", "recorded", "record", "recording"},
    [COL_NOT_RECORDED] = {"donotrecord", "dontrecord", "dontrecordthissession", "norecording",
                          "optout", "recordingoptout"},
    [COL_ABSTRACT] = {"abstract", "description", "summary", "synopsis", "details", "blurb",
                      "beschreibung", "resume"},
    [COL_LANGUAGE] = {"language", "lang", "locale", "sprache", "langue", "idioma"},
    [COL_URL] = {"url", "link", "website", "page", "permalink"},
};

/* What the name of a column may begin with: "Session title", "Talk length", "Scheduled Duration".
 */
static const char *const subjects[] = {"talk",     "session",   "presentation", "event",
                                       "lecture",  "proposal",  "submission",   "paper",
                                       "schedule", "scheduled", "planned",      "your"};

/* What it may end with: "Title of your talk", "Titre de la présentation". */
static const char *const endings[] = {"ofthe", "ofyour", "of", "des", "dela", "du", "del", "de"};
static const char *const foreign[] = {"vortrags",   "beitrags", "vortragenden", "presentation",
                                      "conference", "expose",   "charla",       "ponencia"};

/* Words, which may end a name, and then what is one only in brackets. */
enum { NB_UNIT_WORDS = 10 };
static const struct {
    const char *name;
    enum csv_unit unit;
} unit_names[] = {
    {"inminutes", UNIT_MINUTES}, {"inseconds", UNIT_SECONDS}, {"inhours", UNIT_HOURS},
    {"minutes", UNIT_MINUTES},   {"mins", UNIT_MINUTES},      {"min", UNIT_MINUTES},
    {"seconds", UNIT_SECONDS},   {"secs", UNIT_SECONDS},      {"sec", UNIT_SECONDS},
    {"hours", UNIT_HOURS},       {"m", UNIT_MINUTES},         {"s", UNIT_SECONDS},
    {"h", UNIT_HOURS},           {"hhmmss", UNIT_H_MM},       {"hmmss", UNIT_H_MM},
    {"hhmm", UNIT_H_MM},         {"hmm", UNIT_H_MM},          {"mmss", UNIT_MM_SS},
};

/* "Start_time", "Speaker(s)", "Durée" -> "starttime", "speakers", "duree"; "" for what is too long
 * to be a name. */
static char *plain_name(const char *text)
{
    if (strlen(text) > MAX_HEADING_BYTES)
        return mem_strdup("");
    AUTO_FREE char *ascii = g_str_to_ascii(text, "C");
    AUTO_STR out = {0};
    for (const char *p = ascii; *p; p++)
        if (isalnum((unsigned char)*p) || *p == '#')
            str_addf(&out, "%c", tolower((unsigned char)*p));
    return str_take(&out);
}

static size_t rank_of(enum csv_column column, const char *name)
{
    for (size_t k = 0; k < MAX_NAMES && names[column][k]; k++)
        if (strcmp(name, names[column][k]) == 0)
            return k;
    return NO_RANK;
}

/* The length of a name without "of the talk" at its end; the whole length, if it has none. */
static size_t without_subject(const char *name)
{
    const char *const *const lists[] = {subjects, foreign};
    const size_t nb[] = {sizeof subjects / sizeof *subjects, sizeof foreign / sizeof *foreign};
    for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
        for (size_t l = 0; l < 2; l++)
            for (size_t i = 0; i < nb[l]; i++) {
                AUTO_FREE char *end = mem_printf("%s%s", endings[e], lists[l][i]);
                if (str_ends(name, end))
                    return strlen(name) - strlen(end);
            }
    return strlen(name);
}

/* The rank of a name without "talk" before it and without "of the talk" after it; a name that needs
 * neither is better. */
static size_t rank_loosely(enum csv_column column, const char *name)
{
    if (strlen(name) > MAX_NAME_BYTES)
        return NO_RANK;
    size_t rank = rank_of(column, name);
    for (size_t i = 0; rank == NO_RANK && i < sizeof subjects / sizeof *subjects; i++)
        if (str_starts(name, subjects[i]))
            rank = rank_loosely(column, name + strlen(subjects[i]));
    if (rank != NO_RANK)
        return rank_of(column, name) == NO_RANK && rank < MAX_NAMES ? MAX_NAMES + rank : rank;
    AUTO_FREE char *head = mem_printf("%.*s", (int)without_subject(name), name);
    rank = rank_of(column, head);
    return rank == NO_RANK ? rank : MAX_NAMES + rank;
}

/* "Do you agree to be recorded?" */
static bool asks_for_consent(const char *name)
{
    static const char *const words[] = {"consent", "agree", "permi", "allow"};
    if (!strstr(name, "record") || strstr(name, "not") || strstr(name, "dont"))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i]))
            return true;
    return false;
}

/* The same for a heading such as "Location (optional)", which counts without its remark. */
static size_t rank_heading(enum csv_column column, const char *heading)
{
    AUTO_FREE char *name = plain_name(heading);
    if (column == COL_RECORDED && asks_for_consent(name))
        return MAX_NAMES;
    AUTO_FREE char *head = mem_printf("%.*s", (int)strcspn(heading, "([/"), heading);
    AUTO_FREE char *plain_head = plain_name(head);
    const size_t rank = rank_loosely(column, name);
    return rank == NO_RANK ? rank_loosely(column, plain_head) : rank;
}

static enum csv_unit unit_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++)
        if (strcmp(name, unit_names[i].name) == 0)
            return unit_names[i].unit;
    return UNIT_NONE;
}

/* The unit of a column of lengths, and its name without the unit: "Duration (h:mm)", "Length in
 * minutes", "duration_min". */
static enum csv_unit cut_unit(char **out_name, const char *heading)
{
    const size_t nb_head = strcspn(heading, "([");
    AUTO_FREE char *remark = plain_name(heading + nb_head), *name = plain_name(heading);
    enum csv_unit unit = unit_by_name(remark);
    if (unit != UNIT_NONE) {
        AUTO_FREE char *head = mem_printf("%.*s", (int)nb_head, heading);
        *out_name = plain_name(head);
        return unit;
    }
    for (size_t i = 0; unit == UNIT_NONE && i < NB_UNIT_WORDS; i++) {
        const size_t nb = strlen(unit_names[i].name), len = strlen(name);
        if (len > nb && str_ends(name, unit_names[i].name)) {
            name[len - nb] = '\0';
            unit = unit_names[i].unit;
        }
    }
    *out_name = mem_take(&name);
    return unit;
}

/* "Speaker 2", "Presenter2 name", "Co-speakers". */
static bool is_other_speaker(const char *name)
{
    static const char *const extra[] = {
        "cospeaker",     "cospeakers",         "copresenter",       "copresenters",
        "coauthors",     "additionalspeakers", "additionalspeaker", "otherspeakers",
        "secondspeaker", "thirdspeaker",       "secondpresenter",   NULL};
    static const char *const roles[] = {"speaker", "presenter", "author"};
    if (str_is_one_of(name, extra))
        return true;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const char *p = name + (str_starts(name, roles[i]) ? strlen(roles[i]) : 0);
        p += p > name && str_starts(p, "name") ? 4 : 0;
        const size_t digits = strspn(p, "0123456789");
        if (p > name && digits && (!p[digits] || strcmp(p + digits, "name") == 0))
            return true;
    }
    return false;
}

static void add_other(struct csv_columns *c, int at)
{
    if (c->at[COL_SPEAKERS] < 0)
        c->at[COL_SPEAKERS] = at;
    else if (c->nb_others < CSV_MAX_SPEAKERS)
        c->others[c->nb_others++] = at;
}

/* "Name" beside a title is the speaker's. */
static void find_named_speaker(struct csv_columns *c, char *const *heading, size_t nb)
{
    static const char *const names_of_people[] = {"name",         "names", "fullname", "yourname",
                                                  "yourfullname", "nom",   "nombre",   NULL};
    for (size_t i = 0; i < nb && c->at[COL_SPEAKERS] < 0; i++) {
        AUTO_FREE char *name = plain_name(heading[i]);
        if (c->at[COL_TITLE] >= 0 && (int)i != c->at[COL_TITLE] &&
            (str_is_one_of(name, names_of_people) || str_ends(name, "vortragenden")))
            c->at[COL_SPEAKERS] = (int)i;
    }
}

void csv_columns_find(struct csv_columns *out, char *const *heading, size_t nb)
{
    size_t ranks[NB_COLUMNS];
    *out = (struct csv_columns){0};
    for (int c = 0; c < NB_COLUMNS; c++) {
        out->at[c] = -1;
        ranks[c] = NO_RANK;
    }
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *bare = NULL;
        const enum csv_unit unit = cut_unit(&bare, heading[i]);
        for (enum csv_column c = 0; c < NB_COLUMNS; c++) {
            const bool length = c == COL_LISTED || c == COL_LENGTH || c == COL_SLOT;
            size_t rank = length && unit != UNIT_NONE ? rank_loosely(c, bare) : NO_RANK;
            const bool with_unit = rank != NO_RANK;
            if (!with_unit)
                rank = rank_heading(c, heading[i]);
            if (rank < ranks[c]) {
                out->at[c] = (int)i;
                out->units[c] = with_unit ? unit : UNIT_NONE;
                ranks[c] = rank;
            }
        }
    }
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *name = plain_name(heading[i]);
        if (is_other_speaker(name))
            add_other(out, (int)i);
    }
    if (out->at[COL_FIRST_NAME] < 0 || out->at[COL_LAST_NAME] < 0)
        find_named_speaker(out, heading, nb);
}

static bool is_read(const struct csv_columns *c, int at)
{
    for (int k = 0; k < NB_COLUMNS; k++)
        if (c->at[k] == at)
            return true;
    for (size_t k = 0; k < c->nb_others; k++)
        if (c->others[k] == at)
            return true;
    return false;
}

char *csv_columns_unread(const struct csv_columns *c, char *const *heading, size_t nb)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < nb; i++) {
        if (!*heading[i] || is_read(c, (int)i))
            continue;
        AUTO_FREE char *quote = str_quote(heading[i], STR_QUOTE_BYTES);
        str_addf(&s, "%s'%s'", s.len ? ", " : "", quote);
    }
    return s.len ? str_take(&s) : NULL;
}

bool csv_is_heading(char *const *fields, size_t nb)
{
    struct csv_columns columns;
    size_t nb_known = 0;
    csv_columns_find(&columns, fields, nb);
    for (int c = 0; c < NB_COLUMNS; c++)
        nb_known +=
            columns.at[c] >= 0 && (c == COL_TITLE || columns.at[c] != columns.at[COL_TITLE]);
    return columns.at[COL_TITLE] >= 0 && nb_known >= 2;
}

#include "csv_status.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "csv_columns.h"
#include "csv_table.h"
#include "mem.h"
#include "str.h"

/* The beginnings of words, anywhere in the cell, so that "Cancelled by speaker", "Decline_Queue"
 * and "withdrew" count. */
static const char *const refused[] = {
    "declin",   "withdr",   "cancel",      "reject",        "refus",    "delet",      "retract",
    "no show",  "no-show",  "noshow",      "dropped",       "not acc",  "unaccepted", "abgelehnt",
    "abgesagt", "storn",    "ausgefallen", "zurückgezogen", "entfällt", "annul",      "retir",
    "rechazad", "rifiutat", "afgewezen",   "geannuleerd",   NULL};
static const char *const waiting[] = {
    "submit",    "nominat",      "waitlist",  "wait list",   "waiting",    "pending",
    "in review", "under review", "draft",     "new",         "evaluat",    "backup",
    "reserv",    "standby",      "stand-by",  "alternate",   "on hold",    "undecided",
    "warte",     "ersatz",       "nachrück",  "eingereicht", "en attente", "liste d",
    "lista d",   "en espera",    "pendiente", "suplente",    NULL};
static const char *const accepted[] = {"accept",    "confirm",  "approved",  "scheduled",
                                       "bestätigt", "angenomm", "akzeptier", "zugesagt",
                                       "aceptad",   "accettat", "geaccept",  NULL};

static bool begins_with(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strncasecmp(text, *words, strlen(*words)) == 0)
            return true;
    return false;
}

/* The same for any of its words. */
static bool has_word(const char *text, const char *const *words)
{
    for (const char *p = text; *p; p++)
        if ((p == text || strchr(" _-:(,", p[-1])) && begins_with(p, words))
            return true;
    return false;
}

static const char *cell(const struct csv_table *t, const struct csv_columns *c, size_t row,
                        enum csv_column column)
{
    return c->at[column] >= 0 ? t->rows[row].fields[c->at[column]] : "";
}

/* "Accept_Queue" is not accepted yet. */
static bool is_accepted(const char *status)
{
    return begins_with(status, accepted) && !strstr(status, "ueue");
}

bool csv_status_decides(const struct csv_table *t, const struct csv_columns *c)
{
    for (size_t i = 1; i < t->nb_rows; i++)
        if (is_accepted(cell(t, c, i, COL_STATUS)))
            return true;
    return false;
}

bool csv_status_is_unknown(const struct csv_table *t, const struct csv_columns *c, size_t row)
{
    const char *status = cell(t, c, row, COL_STATUS);
    return *status && !has_word(status, refused) && !begins_with(status, waiting) &&
           !begins_with(status, accepted);
}

static const char *const yes[] = {"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí", NULL};
static const char *const no[] = {"no", "n", "false", "0", "nein", "non", "nee", NULL};

bool csv_status_not_recorded(const struct csv_table *t, const struct csv_columns *c, size_t row)
{
    return str_is_one_of(cell(t, c, row, COL_NOT_RECORDED), yes) ||
           str_is_one_of(cell(t, c, row, COL_RECORDED), no);
}

char *csv_status_reason(const struct csv_table *t, const struct csv_columns *c, size_t row,
                        bool decides)
{
    const char *status = cell(t, c, row, COL_STATUS);
    const struct {
        enum csv_column column;
        bool out;
    } tests[] = {
        {COL_STATUS, has_word(status, refused) ||
                         (decides && !is_accepted(status) &&
                          (begins_with(status, waiting) || begins_with(status, accepted)))},
        {COL_CANCELLED, str_is_one_of(cell(t, c, row, COL_CANCELLED), yes) ||
                            has_word(cell(t, c, row, COL_CANCELLED), refused)},
        {COL_ACCEPTED, str_is_one_of(cell(t, c, row, COL_ACCEPTED), no)},
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (tests[i].out) {
            AUTO_FREE char *said = str_quote(cell(t, c, row, tests[i].column), STR_QUOTE_BYTES);
            return mem_printf("%s \"%s\"", t->rows[0].fields[c->at[tests[i].column]], said);
        }
    return NULL;
}

#include "help_text.h"

#include <ctype.h>
#include <string.h>

#include "str.h"

enum { INDENT = 2 }; /* of the lines that begin a description */

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return line + (*line == '\n');
}

static bool begins_description(const char *line)
{
    return strspn(line, " ") == INDENT;
}

/* The text, and the lines after it that are indented more. */
static char *text_from(const char *text)
{
    AUTO_STR out = {0};
    str_add_bytes(&out, text, strcspn(text, "\n"));
    for (text = next_line(text); strspn(text, " ") > INDENT; text = next_line(text)) {
        str_add(&out, " ");
        str_add_bytes(&out, text, strcspn(text, "\n"));
    }
    char *line = str_take(&out);
    str_fold_space(line);
    return line;
}

/* What follows the word where the text begins with it; NULL: it does not. */
static const char *after_word(const char *text, const char *word)
{
    const size_t nb = strlen(word);
    return strncmp(text, word, nb) == 0 && (text[nb] == ' ' || text[nb] == '\n' || !text[nb])
               ? text + nb
               : NULL;
}

/* Past "-n, " of "-n, --dry-run". */
static const char *past_letter(const char *p)
{
    return p[0] == '-' && p[1] && p[1] != '-' && p[2] == ',' && p[3] == ' ' ? p + 4 : p;
}

char *help_text_option(const char *help, const char *option, bool takes_value)
{
    for (const char *line = help; *line; line = next_line(line)) {
        const char *p = begins_description(line) ? past_letter(line + INDENT) : "";
        const char *rest = str_starts(p, "--") ? after_word(p + 2, option) : NULL;
        if (!rest)
            continue;
        rest += strspn(rest, " ");
        if (takes_value && isupper((unsigned char)*rest))
            rest += strcspn(rest, " \n");
        return text_from(rest);
    }
    return text_from("");
}

char *help_text_word(const char *help, const char *word)
{
    for (const char *line = help; *line; line = next_line(line)) {
        const char *rest = begins_description(line) ? after_word(line + INDENT, word) : NULL;
        if (rest)
            return text_from(rest);
    }
    return text_from("");
}

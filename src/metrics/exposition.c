#include "exposition.h"

#include <math.h>

#include "mem.h"

void exposition_family(struct exposition *out, const char *name, const char *help)
{
    out->family = name;
    str_addf(&out->text, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* A label's value is UTF-8; backslash, quote and line feed are escaped. */
static void add_label(struct str *text, const char *name, const char *value)
{
    AUTO_FREE char *clean = str_clean(value);
    str_addf(text, "%s=\"", name);
    for (const char *p = clean; *p; p++)
        if (*p == '\n')
            str_add(text, "\\n");
        else if (*p == '"' || *p == '\\')
            str_addf(text, "\\%c", *p);
        else
            str_add_bytes(text, p, 1);
    str_add(text, "\"");
}

void exposition_sample(struct exposition *out, const char *label, const char *label_value,
                       double value)
{
    str_addf(&out->text, "%s{", out->family);
    add_label(&out->text, "event", out->event);
    if (label) {
        str_add(&out->text, ",");
        add_label(&out->text, label, label_value);
    }
    if (value == floor(value) && fabs(value) < 1e15)
        str_addf(&out->text, "} %.0f\n", value);
    else
        str_addf(&out->text, "} %.17g\n", value);
}

void exposition_number(struct exposition *out, const char *name, const char *help, double value)
{
    exposition_family(out, name, help);
    exposition_sample(out, NULL, NULL, value);
}

/* Prometheus's text format 0.0.4: families of samples with labels. Inner header. */
#pragma once

#include <stddef.h>

#include "str.h"

struct exposition {
    struct str text;
    const char *event;  /* value of the label that all samples have */
    const char *family; /* begun last */
};

/* Begins a family, a gauge. All samples of a family follow it. help: a sentence; static. */
void exposition_family(struct exposition *out, const char *name, const char *help);

/* A sample of that family. label NULL: no other label than the event. */
void exposition_sample(struct exposition *out, const char *label, const char *label_value,
                       double value);

/* A family of one sample. */
void exposition_number(struct exposition *out, const char *name, const char *help, double value);

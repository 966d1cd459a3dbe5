#include "language.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ISO 639-1 and ISO 639-2/T, of all languages that have both; seven characters each. */
static const char terminology[] =
    "aa aar ab abk ae ave af afr ak aka am amh an arg ar ara as asm av ava ay aym az aze ba bak "
    "be bel bg bul bh bih bi bis bm bam bn ben bo bod br bre bs bos ca cat ce che ch cha co cos "
    "cr cre cs ces cu chu cv chv cy cym da dan de deu dv div dz dzo ee ewe el ell en eng eo epo "
    "es spa et est eu eus fa fas ff ful fi fin fj fij fo fao fr fra fy fry ga gle gd gla gl glg "
    "gn grn gu guj gv glv ha hau he heb hi hin ho hmo hr hrv ht hat hu hun hy hye hz her ia ina "
    "id ind ie ile ig ibo ii iii ik ipk io ido is isl it ita iu iku ja jpn jv jav ka kat kg kon "
    "ki kik kj kua kk kaz kl kal km khm kn kan ko kor kr kau ks kas ku kur kv kom kw cor ky kir "
    "la lat lb ltz lg lug li lim ln lin lo lao lt lit lu lub lv lav mg mlg mh mah mi mri mk mkd "
    "ml mal mn mon mr mar ms msa mt mlt my mya na nau nb nob nd nde ne nep ng ndo nl nld nn nno "
    "no nor nr nbl nv nav ny nya oc oci oj oji om orm or ori os oss pa pan pi pli pl pol ps pus "
    "pt por qu que rm roh rn run ro ron ru rus rw kin sa san sc srd sd snd se sme sg sag si sin "
    "sk slk sl slv sm smo sn sna so som sq sqi sr srp ss ssw st sot su sun sv swe sw swa ta tam "
    "te tel tg tgk th tha ti tir tk tuk tl tgl tn tsn to ton tr tur ts tso tt tat tw twi ty tah "
    "ug uig uk ukr ur urd uz uzb ve ven vi vie vo vol wa wln wo wol xh xho yi yid yo yor za zha "
    "zh zho zu zul ";
/* ISO 639-1 and ISO 639-2/B where that differs, as Matroska has them. */
static const char bibliographic[] =
    "bo tib cs cze cy wel de ger el gre eu baq fa per fr fre hy arm is ice ka geo mi mao mk mac "
    "ms may my bur nl dut ro rum sk slo sq alb zh chi ";
enum { ROW = 7 };

bool language_valid(const char *text, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (!isascii(text[i]) || !isalpha((unsigned char)text[i]))
            return false;
    return nb == 2 || nb == 3;
}

void language_short(char out[LANGUAGE_BYTES], const char *code)
{
    const size_t nb = code ? strlen(code) : 0;
    out[0] = '\0';
    if (!language_valid(code, nb))
        return;
    for (size_t i = 0; i <= nb; i++)
        out[i] = (char)tolower((unsigned char)code[i]);
    static const char *const tables[] = {terminology, bibliographic};
    for (size_t t = 0; t < 2 && nb == 3; t++)
        for (const char *row = tables[t]; *row; row += ROW)
            if (memcmp(row + 3, out, 3) == 0) {
                snprintf(out, LANGUAGE_BYTES, "%.2s", row);
                return;
            }
    if (strcmp(out, "und") == 0)
        out[0] = '\0';
}

const char *language_long(char out[LANGUAGE_BYTES], const char *code)
{
    snprintf(out, LANGUAGE_BYTES, "%s", code);
    if (strlen(code) == 3)
        return out;
    for (const char *row = terminology; *row && *code; row += ROW)
        if (memcmp(row, code, 2) == 0) {
            snprintf(out, LANGUAGE_BYTES, "%.3s", row + 3);
            return out;
        }
    return NULL;
}

bool language_known(char out[LANGUAGE_BYTES], size_t index)
{
    if (index >= (sizeof terminology - 1) / ROW)
        return false;
    snprintf(out, LANGUAGE_BYTES, "%.2s", terminology + index * ROW);
    return true;
}

/* What a file is that holds no PEM of the wanted kind. Private, and for tools only. */
#ifndef WH_FILE_FORM_H
#define WH_FILE_FORM_H

#include "der.h"
#include "pem.h"
#include "warmhello/check_file.h"

typedef struct wh_file_form {
    /* Goes on from the file's name. */
    const char *is;
    /* By role. */
    const char *advice[3];
} wh_file_form;

/** Never NULL. */
const wh_file_form *wh_file_form_of(wh_pem_text file);

/** The same by the label of a PEM block; NULL if it says nothing. */
const wh_file_form *wh_file_form_of_label(const wh_pem_block *block);

/** What PEM would say of a certificate or a key; of other DER it says either, or "DER". */
const char *wh_file_label_of_der(wh_der der);

#endif

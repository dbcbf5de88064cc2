/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as a table of HTML: questions, answers, scores, alerts. */
#ifndef PRACTICE_EXPORT_TABLE_H
#define PRACTICE_EXPORT_TABLE_H

#include "answer.h"
#include "sink.h"

void export_table(struct sink *s, const struct answers *a);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* calls.h of the practice layer. */
#ifndef CALLS_PRACTICE_H
#define CALLS_PRACTICE_H

#include "handle.h"
#include "tacit/practice.h"

extern __typeof__(tacit_away_end) inner_away_end;
extern __typeof__(tacit_away_set) inner_away_set;
extern __typeof__(tacit_card_acknowledge) inner_card_acknowledge;
extern __typeof__(tacit_card_get) inner_card_get;
extern __typeof__(tacit_card_set) inner_card_set;
extern __typeof__(tacit_checkin_answer) inner_checkin_answer;
extern __typeof__(tacit_checkin_begun) inner_checkin_begun;
extern __typeof__(tacit_checkin_choose) inner_checkin_choose;
extern __typeof__(tacit_checkin_clear) inner_checkin_clear;
extern __typeof__(tacit_checkin_close) inner_checkin_close;
extern __typeof__(tacit_checkin_date) inner_checkin_date;
extern __typeof__(tacit_checkin_find) inner_checkin_find;
extern __typeof__(tacit_checkin_form_next) inner_checkin_form_next;
extern __typeof__(tacit_checkin_import) inner_checkin_import;
extern __typeof__(tacit_checkin_import_shipped) inner_checkin_import_shipped;
extern __typeof__(tacit_checkin_item) inner_checkin_item;
extern __typeof__(tacit_checkin_items) inner_checkin_items;
extern __typeof__(tacit_checkin_missing) inner_checkin_missing;
extern __typeof__(tacit_checkin_next) inner_checkin_next;
extern __typeof__(tacit_checkin_open) inner_checkin_open;
extern __typeof__(tacit_checkin_option) inner_checkin_option;
extern __typeof__(tacit_checkin_read) inner_checkin_read;
extern __typeof__(tacit_checkin_response) inner_checkin_response;
extern __typeof__(tacit_checkin_response_next) inner_checkin_response_next;
extern __typeof__(tacit_checkin_score) inner_checkin_score;
extern __typeof__(tacit_checkin_send) inner_checkin_send;
extern __typeof__(tacit_checkin_set) inner_checkin_set;
extern __typeof__(tacit_checkin_stop) inner_checkin_stop;
extern __typeof__(tacit_checkin_submit) inner_checkin_submit;
extern __typeof__(tacit_checkin_title) inner_checkin_title;
extern __typeof__(tacit_life_change) inner_life_change;
extern __typeof__(tacit_life_entry) inner_life_entry;
extern __typeof__(tacit_life_get) inner_life_get;
extern __typeof__(tacit_life_verify) inner_life_verify;
extern __typeof__(tacit_practice_close) inner_practice_close;
extern __typeof__(tacit_practice_counts) inner_practice_counts;
extern __typeof__(tacit_practice_event_done) inner_practice_event_done;
extern __typeof__(tacit_practice_hold) inner_practice_hold;
extern __typeof__(tacit_practice_named) inner_practice_named;
extern __typeof__(tacit_practice_next_event) inner_practice_next_event;
extern __typeof__(tacit_practice_open) inner_practice_open;
extern __typeof__(tacit_practice_send) inner_practice_send;
extern __typeof__(tacit_practice_send_fleeting) inner_practice_send_fleeting;
extern __typeof__(tacit_practice_step) inner_practice_step;
extern __typeof__(tacit_practice_timeout_ms) inner_practice_timeout_ms;
extern __typeof__(tacit_practice_words) inner_practice_words;
extern __typeof__(tacit_quiet_at) inner_quiet_at;
extern __typeof__(tacit_quiet_end) inner_quiet_end;
extern __typeof__(tacit_quiet_set) inner_quiet_set;
extern __typeof__(tacit_receipt_state) inner_receipt_state;
extern __typeof__(tacit_receipts_get) inner_receipts_get;
extern __typeof__(tacit_receipts_read) inner_receipts_read;
extern __typeof__(tacit_receipts_set) inner_receipts_set;
extern __typeof__(tacit_record_write) inner_record_write;
extern __typeof__(tacit_retention_delete) inner_retention_delete;
extern __typeof__(tacit_retention_get) inner_retention_get;
extern __typeof__(tacit_retention_idle) inner_retention_idle;
extern __typeof__(tacit_retention_set) inner_retention_set;
extern __typeof__(tacit_retention_years) inner_retention_years;
extern __typeof__(tacit_retract) inner_retract;
extern __typeof__(tacit_retract_policy_get) inner_retract_policy_get;
extern __typeof__(tacit_retract_policy_set) inner_retract_policy_set;
extern __typeof__(tacit_retraction_answer) inner_retraction_answer;
extern __typeof__(tacit_retraction_state) inner_retraction_state;
extern __typeof__(tacit_series_close) inner_series_close;
extern __typeof__(tacit_series_info) inner_series_info;
extern __typeof__(tacit_series_open) inner_series_open;
extern __typeof__(tacit_series_point) inner_series_point;
extern __typeof__(tacit_series_print) inner_series_print;

/* Begin a call: what is behind the handle.  Errors: those of handle_enter(). */
int call_practice(struct tacit_practice **p,
    const struct tacit_practice *handle);
int call_series(struct tacit_series **s, const struct tacit_series *handle);

/* In a call on its practice as well, which it stands on; ended by the next. */
int call_checkin(struct tacit_checkin **c, const struct tacit_checkin *handle);
int left_checkin(const struct tacit_checkin *handle, int rc);

#endif

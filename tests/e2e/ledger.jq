# SPDX-License-Identifier: Apache-2.0
#
# Judges one direction of a conversation by records kept outside the vaults.
#
#	$said	what `send' printed, with the text: it promised these
#	$kept	the writer's history, what she wrote: the truth
#	$shown	the `message' events that `sync' printed, in order; one may be
#		printed again with the same event_id after a kill
#	$read	the reader's history, what the other wrote
#
# lost		promised or kept, and not shown or not in the reader's history
# doubled	one message under two event_ids, one event_id for two messages,
#		or twice in a history
# disordered	shown for the first time, or listed, after a later one
# foreign	nobody wrote it, or not so: another id, seq or text
def by_id: reduce .[] as $m ({}; .[$m.message] += [$m]);
def firsts: reduce .[] as $m ({had: {}, list: []};
    if .had[$m.message] then .
    else .had[$m.message] = true | .list += [$m] end) | .list;
def same($a): [.message, .seq, .text] == [$a.message, $a.seq, $a.text];
def surplus: map(length - 1) | add // 0;
def backwards(f): [., .[1:]] | transpose[:-1]
    | map(select((.[0] | f) >= (.[1] | f))) | length;
def missing($index): map(select($index[.message] == null)) | length;
def foreign_to($index): map(. as $m | select(
    $index[.message] == null or ($index[.message][0] | same($m) | not)))
    | length;

($kept | by_id) as $truth | ($shown | by_id) as $seen | ($read | by_id) as $listed
| ($shown | firsts) as $first
| {
	said: ($said | length),
	written: ($kept | length),
	shown: ($first | length),
	repeated: (($shown | length) - ($first | length)),
	lost: (($said | missing($truth)) + ($kept | missing($seen)) +
	    ($kept | missing($listed))),
	doubled: (([$seen[] | unique_by(.event_id)] | surplus) +
	    ([$shown | group_by(.event_id)[] | unique_by(.message)] | surplus) +
	    ([$listed[]] | surplus) + ([$truth[]] | surplus)),
	disordered: (($first | backwards(.seq)) + ($first | backwards(.event_id)) +
	    ($read | backwards(.seq)) + ($kept | backwards(.seq))),
	foreign: (($said | map(select($truth[.message])) | foreign_to($truth)) +
	    ($shown | foreign_to($truth)) + ($read | foreign_to($truth)))
}

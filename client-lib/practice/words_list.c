/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words to check by: short, told apart by ear, and about nothing that a
 * person might have come for.  Their places are final: a contact keeps its
 * words.
 */
#include "words.h"

const char *const words_list[WORDS_LIST] = {
	"acorn", "alder", "amber", "anchor", "apple", "apron", "arbor",
	"arch", "arrow", "aspen", "atlas", "attic", "badge", "bagel",
	"baker", "balcony", "balsa", "bamboo", "banjo", "barley", "barn",
	"basil", "basin", "basket", "beach", "beacon", "bell", "bench",
	"berry", "birch", "bishop", "blanket", "bloom", "blue", "boat",
	"bonnet", "book", "border", "bottle", "bowl", "branch", "bread",
	"brick", "bridge", "brook", "broom", "brush", "bucket", "button",
	"cabin", "cactus", "camel", "candle", "canoe", "canvas", "caramel",
	"carpet", "castle", "cedar", "cello", "chalk", "chapel", "cherry",
	"chess", "chimney", "cider", "cinema", "circle", "clay", "clock",
	"cloud", "clover", "coast", "cobalt", "cocoa", "compass", "copper",
	"coral", "cork", "corner", "cotton", "cradle", "crane", "crayon",
	"cricket", "crocus", "crystal", "cube", "curtain", "cushion",
	"cypress", "dahlia", "daisy", "dawn", "delta", "denim", "diamond",
	"dolphin", "domino", "donkey", "drum", "dune", "eagle", "easel",
	"echo", "falcon", "feather", "fennel", "fern", "ferry", "fiddle",
	"field", "finch", "flag", "flute", "forest", "garden", "garlic",
	"gate", "ginger", "glacier", "globe", "goose", "granite", "grape",
	"gravel", "guitar", "harbor", "harp", "hazel", "heather", "hedge",
	"heron", "hill", "honey", "horizon", "island", "ivory", "jacket",
	"jasmine", "jigsaw", "kayak", "kettle", "kite", "ladder", "lagoon",
	"lake", "lamp", "lantern", "larch", "lemon", "lentil", "library",
	"lilac", "linen", "lizard", "lobby", "locket", "lotus", "magnet",
	"mango", "maple", "marble", "market", "meadow", "melon", "mint",
	"mirror", "mitten", "moss", "mural", "nectar", "nickel", "nutmeg",
	"oasis", "ocean", "olive", "opal", "orange", "orchard", "otter",
	"oyster", "paddle", "palm", "panda", "paper", "parcel", "parrot",
	"pasta", "pastel", "peach", "pebble", "pelican", "pencil", "pepper",
	"piano", "picnic", "pillow", "pine", "planet", "plaza", "plum",
	"pocket", "pond", "poppy", "porch", "prairie", "puzzle", "quartz",
	"quilt", "rabbit", "radio", "raft", "rain", "raisin", "ribbon",
	"river", "rocket", "rose", "ruby", "saddle", "saffron", "sail",
	"salmon", "sand", "satin", "scarf", "shell", "shore", "silk",
	"silver", "sparrow", "spoon", "spruce", "stable", "stone", "stream",
	"sunset", "swan", "table", "tulip", "turtle", "valley", "velvet",
	"village", "violet", "violin", "walnut", "water", "whale", "wheat",
	"willow", "window", "winter", "yarn", "zebra",
};

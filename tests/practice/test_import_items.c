/* SPDX-License-Identifier: Apache-2.0 */
/* An item that cannot be asked as it stands is refused with its name. */
#include "kit.h"

#define Q(x)	"'linkId':'q','type':'" x "','text':'?'"
#define OPT	"'answerOption':[{'valueString':'a'},{'valueString':'b'}]"
#define CODING	"'answerOption':[{'valueCoding':{'system':'s','code':'a'}}]"
#define EXT(word, value) "'extension':[{'url':'http://hl7.org/fhir/"	\
	"StructureDefinition/" word "'," value "}]"
#define SDC(word) "'extension':[{'url':'http://hl7.org/fhir/uv/sdc/"	\
	"StructureDefinition/sdc-questionnaire-" word "'}]"
#define WHEN(x)	"'enableWhen':[{" x "}]"
/* A question ${a}, and one that depends on it. */
#define ON(a, x) "{'linkId':'p','text':'?'," a "},{" Q("string") "," WHEN(x) "}"
#define ALERT(x) "'extension':[{'url':'urn:tacit:alert','extension':[" x "]}]"
#define OP(x)	"{'url':'operator','valueString':'" x "'}"
#define LABEL	"{'url':'label','valueString':'L'}"

/* Items, the item that is named and what is said of it. */
static const struct {
	const char *items, *item, *what;
} refused[] = {
	/* types */
	{ "{" Q("time") "}", "q", "type time is not supported" },
	{ "{" Q("dateTime") "}", "q", "type dateTime is not supported" },
	{ "{" Q("url") "}", "q", "type url is not supported" },
	{ "{" Q("attachment") "}", "q", "type attachment is not supported" },
	{ "{" Q("reference") "}", "q", "type reference is not supported" },
	{ "{" Q("quantity") "}", "q", "type quantity is not supported" },
	{ "{" Q("question") "}", "q", "type question is not supported" },
	{ "{" Q("coding") "}", "q", "type coding is not supported" },
	{ "{" Q("Boolean") "}", "q", "type Boolean is not supported" },
	{ "{'linkId':'q','text':'?'}", "q", "type is missing" },
	{ "{'linkId':'q','text':'?','type':7}", "q", "type is missing" },

	/* elements that change the meaning */
	{ "{" Q("choice") ",'answerValueSet':'urn:v'}", "q",
	    "answerValueSet is not supported" },
	{ "{" Q("string") ",'readOnly':true}", "q",
	    "readOnly is not supported" },
	{ "{" Q("string") ",'modifierExtension':[{'url':'urn:x'}]}", "q",
	    "modifierExtension is not supported" },
	{ "{" Q("string") ",'code':[{'code':'x','modifierExtension':["
	    "{'url':'urn:x'}]}]}", "q",
	    "modifierExtension is not supported" },
	{ "{" Q("choice") ",'answerOption':[{'valueTime':'10:00'}]}", "q",
	    "valueTime is not supported" },
	{ "{" Q("choice") ",'answerOption':[{'valueReference':{}}]}", "q",
	    "valueReference is not supported" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    "'modifierExtension':[]}]}", "q",
	    "modifierExtension is not supported" },
	{ "{" Q("string") ",'enableWen':[]}", "q",
	    "item has no element enableWen" },
	{ "{" Q("string") ",'options':{}}", "q",
	    "item has no element options" },
	{ "{" Q("string") ",'_enableWen':{}}", "q",
	    "item has no element _enableWen" },

	/* extensions that change the meaning */
	{ "{" Q("integer") "," SDC("calculatedExpression") "}", "q",
	    "extension calculatedExpression is not supported" },
	{ "{" Q("integer") "," SDC("initialExpression") "}", "q",
	    "extension initialExpression is not supported" },
	{ "{" Q("integer") "," SDC("enableWhenExpression") "}", "q",
	    "extension enableWhenExpression is not supported" },
	{ "{" Q("integer") "," SDC("answerExpression") "}", "q",
	    "extension answerExpression is not supported" },
	{ "{" Q("integer") "," SDC("candidateExpression") "}", "q",
	    "extension candidateExpression is not supported" },
	{ "{" Q("display") "," SDC("subQuestionnaire") "}", "q",
	    "extension subQuestionnaire is not supported" },
	{ "{" Q("integer") "," EXT("variable", "'valueExpression':{}") "}",
	    "q", "extension variable is not supported" },
	{ "{" Q("string") "," EXT("regex", "'valueString':'a*'") "}", "q",
	    "extension regex is not supported" },
	{ "{" Q("string") "," EXT("minLength", "'valueInteger':3") "}", "q",
	    "extension minLength is not supported" },
	{ "{" Q("string") "," EXT("questionnaire-hidden",
	    "'valueBoolean':true") "}", "q",
	    "extension questionnaire-hidden is not supported" },
	{ "{" Q("decimal") "," EXT("questionnaire-unit",
	    "'valueCoding':{}") "}", "q",
	    "extension questionnaire-unit is not supported" },
	{ "{" Q("choice") "," OPT "," EXT("questionnaire-maxOccurs",
	    "'valueInteger':3") "}", "q",
	    "extension questionnaire-maxOccurs is not supported" },
	{ "{" Q("choice") "," OPT ",'repeats':true,"
	    EXT("questionnaire-minOccurs", "'valueInteger':2") "}", "q",
	    "extension questionnaire-minOccurs is not supported" },
	/* An alert that is misspelled or misplaced would never be heard. */
	{ "{" Q("boolean") ",'extension':[{'url':'urn:tacit:alerts',"
	    "'extension':[]}]}", "q",
	    "extension urn:tacit:alerts means nothing here" },
	{ "{" Q("boolean") ",'extension':[{'url':'urn:tacit:score',"
	    "'extension':[]}]}", "q",
	    "extension urn:tacit:score means nothing here" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    ALERT(OP("=") "," LABEL) "}]}", "q",
	    "extension urn:tacit:alert means nothing here" },
	{ "{" Q("choice") "," OPT "," EXT("questionnaire-itemControl",
	    "'valueInteger':3") ",'x':1}", "q", "item has no element x" },
	{ "{" Q("choice") "," OPT "," EXT("maxOccurs",
	    "'valueInteger':3") "}", "q",
	    "extension maxOccurs is not supported" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    EXT("questionnaire-optionExclusive", "'valueBoolean':true")
	    "}]}", "q",
	    "extension questionnaire-optionExclusive is not supported" },
	{ "{" Q("string") ",'_text':{" EXT("cqf-expression",
	    "'valueExpression':{}") "}}", "q",
	    "extension cqf-expression is not supported" },
	{ "{" Q("string") ",'extension':[{'valueString':'x'}]}", "q",
	    "an extension without url" },
	{ "{" Q("string") ",'extension':{'url':'urn:x'}}", "q",
	    "extension is not a list" },

	/* shape */
	{ "{'type':'string','text':'?'}", "", "item 1 has no linkId" },
	{ "{" Q("string") "},{'type':'string','text':'?'}", "",
	    "item 2 has no linkId" },
	{ "{'linkId':7,'type':'string'}", "", "linkId is not a string" },
	{ "{'linkId':7.5,'type':'string'}", "", "linkId is not a string" },
	{ "{'linkId':'','type':'string','text':'?'}", "",
	    "linkId is not 1 to 64 plain bytes" },
	{ "{" Q("string") "},{" Q("integer") "}", "q",
	    "linkId is there twice" },
	{ "{'linkId':'g','type':'group','item':[{" Q("string") "}]},{"
	    Q("string") "}", "q", "linkId is there twice" },
	{ "{'linkId':'q','type':'string'}", "q",
	    "text is not 1 to 2000 plain bytes" },
	{ "{'linkId':'q','type':'string','text':''}", "q",
	    "text is not 1 to 2000 plain bytes" },
	{ "{'linkId':'q','type':'string','text':['?']}", "q",
	    "text is not a string" },
	{ "{'linkId':'q','type':'string','text':null}", "q",
	    "text is not a string" },
	{ "{'linkId':'q','type':'group','text':'G'}", "q",
	    "group without items" },
	{ "{" Q("display") ",'item':[{'linkId':'x','type':'display',"
	    "'text':'?'}]}", "q", "display with items" },
	{ "{" Q("group") ",'item':[]}", "q", "item is not a list" },
	{ "{" Q("group") ",'item':{}}", "q", "item is not a list" },
	{ "7", "", "item 1 has no linkId" },
	{ "{" Q("display") ",'required':true}", "q", "required display" },
	{ "{" Q("string") ",'required':'yes'}", "q",
	    "required is not a boolean" },
	{ "{" Q("string") ",'repeats':1}", "q", "repeats is not a boolean" },
	{ "{" Q("string") ",'repeats':true}", "q", "repeats on type string" },
	{ "{" Q("integer") ",'repeats':true}", "q", "repeats on type integer" },
	{ "{" Q("display") ",'repeats':true}", "q", "repeats on type display" },
	{ "{" Q("group") ",'repeats':true,'item':[{'linkId':'x','type':"
	    "'string','text':'?'}]}", "q", "repeats on type group" },
	{ "{" Q("choice") ",'repeats':true," OPT ",'item':[{'linkId':'x',"
	    "'type':'string','text':'?'}]}", "x",
	    "an item beneath a question that repeats" },

	/* options */
	{ "{" Q("choice") "}", "q", "choice without answerOption" },
	{ "{" Q("open-choice") "}", "q", "open-choice without answerOption" },
	{ "{" Q("choice") ",'answerOption':[]}", "q",
	    "answerOption is not a list with elements" },
	{ "{" Q("choice") ",'answerOption':{}}", "q",
	    "answerOption is not a list with elements" },
	{ "{" Q("choice") ",'answerOption':['a']}", "q",
	    "answerOption is not an object" },
	{ "{" Q("string") "," OPT "}", "q", "answerOption on type string" },
	{ "{" Q("boolean") "," OPT "}", "q", "answerOption on type boolean" },
	{ "{" Q("choice") ",'answerOption':[{}]}", "q",
	    "option 1 has no value" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':''}]}", "q",
	    "option 1 has no value" },
	{ "{" Q("choice") ",'answerOption':[{'valueBoolean':true}]}", "q",
	    "answerOption has no element valueBoolean" },
	{ "{" Q("choice") ",'answerOption':[{'valueDecimal':1.5}]}", "q",
	    "answerOption has no element valueDecimal" },
	{ "{" Q("choice") ",'answerOption':[{'valueInteger':1.5}]}", "q",
	    "valueInteger of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueInteger':'1'}]}", "q",
	    "valueInteger of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueInteger':2147483648}]}",
	    "q", "valueInteger of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':1}]}", "q",
	    "valueString of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':1.5}]}", "q",
	    "valueString of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueDate':'2026-02-30'}]}",
	    "q", "valueDate of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueDate':'2026'}]}", "q",
	    "valueDate of answerOption is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    "'valueInteger':1}]}", "q", "answerOption has two values" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a'},"
	    "{'valueString':'a'}]}", "q", "option 2 is there twice" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a'},"
	    "{'valueInteger':1}]}", "q",
	    "its options are of different kinds" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a'},"
	    "{'valueCoding':{'code':'a'}}]}", "q",
	    "its options are of different kinds" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{}}]}", "q",
	    "answerOption is not a Coding with a code" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':7}}]}",
	    "q", "answerOption is not a Coding with a code" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':'a'}]}", "q",
	    "Coding is not an object" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':'a',"
	    "'sytem':'s'}}]}", "q", "Coding has no element sytem" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':' a'}}]}",
	    "q", "option 1 has no value" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':"
	    "'a  b'}}]}", "q", "option 1 has no value" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':1.5}}]}",
	    "q", "option 1 has no value" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':'a',"
	    "'display':''}}]}", "q", "option 1 has no value" },
	{ "{" Q("choice") ",'answerOption':[{'valueCoding':{'code':'a',"
	    "'system':'a b'}}]}", "",
	    "a code system is not 1 to 255 plain bytes" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    "'initialSelected':true},{'valueString':'b','initialSelected':"
	    "true}]}", "q", "several options are selected initially" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    "'initialSelected':'yes'}]}", "q",
	    "initialSelected is not a boolean" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    EXT("ordinalValue", "'valueInteger':1") "}]}", "q",
	    "an ordinal is not a valueDecimal" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    EXT("ordinalValue", "'valueDecimal':1000001") "}]}", "q",
	    "the ordinal value of option 1 is over the limit" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    EXT("ordinalValue", "'valueDecimal':0.0000001") "}]}", "q",
	    "valueDecimal of an ordinal is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    EXT("ordinalValue", "'valueDecimal':'1'") "}]}", "q",
	    "valueDecimal of an ordinal is not a value that fits" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a',"
	    EXT("ordinalValue", "'valueDecimal':1") ",'_valueString':{"
	    EXT("itemWeight", "'valueDecimal':2") "}}]}", "q",
	    "an option has two ordinals" },
	{ "{" Q("choice") ",'answerOption':[{'valueString':'a','extension':["
	    "{'url':'http://hl7.org/fhir/StructureDefinition/ordinalValue',"
	    "'valueDecimal':1},{'url':'http://hl7.org/fhir/"
	    "StructureDefinition/ordinalValue','valueDecimal':1}]}]}", "q",
	    "extension ordinalValue is there twice" },

	/* bounds, initial */
	{ "{" Q("string") "," EXT("minValue", "'valueInteger':1") "}", "q",
	    "minValue does not suit type string" },
	{ "{" Q("boolean") "," EXT("maxValue", "'valueInteger':1") "}", "q",
	    "maxValue does not suit type boolean" },
	{ "{" Q("integer") "," EXT("minValue", "'valueDecimal':1.5") "}",
	    "q", "minValue does not suit type integer" },
	{ "{" Q("integer") "," EXT("minValue", "'valueDate':'2026-01-01'")
	    "}", "q", "minValue does not suit type integer" },
	{ "{" Q("date") "," EXT("maxValue", "'valueInteger':20261122") "}",
	    "q", "maxValue does not suit type date" },
	{ "{" Q("date") "," EXT("maxValue", "'valueDateTime':"
	    "'2026-01-01T00:00:00Z'") "}", "q",
	    "valueDateTime of maxValue is not supported" },
	{ "{" Q("date") "," EXT("maxValue", "'valueDate':'2026-01'") "}",
	    "q", "valueDate of maxValue is not a value that fits" },
	{ "{" Q("integer") "," EXT("maxValue", "'x':1") "}", "q",
	    "maxValue has no value" },
	{ "{" Q("integer") ",'extension':[{'url':'http://hl7.org/fhir/"
	    "StructureDefinition/minValue','valueInteger':3},{'url':"
	    "'http://hl7.org/fhir/StructureDefinition/maxValue',"
	    "'valueInteger':2}]}", "q", "minValue over maxValue" },
	{ "{" Q("boolean") ",'maxLength':3}", "q",
	    "maxLength does not suit type boolean" },
	{ "{" Q("string") ",'maxLength':0}", "q",
	    "maxLength is not a number of characters" },
	{ "{" Q("string") ",'maxLength':-1}", "q",
	    "maxLength is not a number of characters" },
	{ "{" Q("string") ",'maxLength':2.0}", "q",
	    "maxLength is not a number of characters" },
	{ "{" Q("string") ",'maxLength':'2'}", "q",
	    "maxLength is not a number of characters" },
	{ "{" Q("integer") "," EXT("maxDecimalPlaces", "'valueInteger':1")
	    "}", "q", "maxDecimalPlaces does not suit type integer" },
	{ "{" Q("decimal") "," EXT("maxDecimalPlaces", "'valueInteger':-1")
	    "}", "q", "maxDecimalPlaces is not a valueInteger" },
	{ "{" Q("decimal") "," EXT("maxDecimalPlaces", "'valueDecimal':1.5")
	    "}", "q", "maxDecimalPlaces is not a valueInteger" },
	{ "{" Q("integer") ",'initial':[{'valueString':'x'}]}", "q",
	    "initial is of another kind" },
	{ "{" Q("integer") ",'initial':[{'valueInteger':1},"
	    "{'valueInteger':2}]}", "q", "several initial values" },
	{ "{" Q("integer") ",'initial':[{}]}", "q",
	    "initial has no value that suits type integer" },
	{ "{" Q("integer") ",'initial':[]}", "q",
	    "initial is not a list with elements" },
	{ "{" Q("integer") ",'initial':[{'valueInteger':3}],"
	    EXT("maxValue", "'valueInteger':2") "}", "q",
	    "initial is over the maximum" },
	{ "{" Q("decimal") ",'initial':[{'valueDecimal':0.05}],"
	    EXT("minValue", "'valueDecimal':0.1") "}", "q",
	    "initial is under the minimum" },
	{ "{" Q("decimal") ",'initial':[{'valueDecimal':1.25}],"
	    EXT("maxDecimalPlaces", "'valueInteger':1") "}", "q",
	    "initial has too many decimal places" },
	{ "{" Q("string") ",'initial':[{'valueString':'abc'}],"
	    "'maxLength':2}", "q", "initial is too long" },
	{ "{" Q("string") ",'initial':[{'valueString':'a\\nb'}]}", "q",
	    "initial has more than one line" },
	{ "{" Q("string") ",'initial':[{'valueString':''}]}", "q",
	    "initial is empty" },
	{ "{" Q("display") ",'initial':[{'valueString':'x'}]}", "q",
	    "initial on type display" },
	{ "{" Q("choice") "," OPT ",'initial':[{'valueString':'a'}]}", "q",
	    "initial on type choice" },
	{ "{" Q("choice") "," CODING ",'initial':[{'valueCoding':{'system':"
	    "'s','code':'a'}}]}", "q", "initial has no value that suits" },
	{ "{" Q("date") ",'initial':[{'valueDateTime':'x'}]}", "q",
	    "valueDateTime is not supported" },
	{ "{" Q("string") ",'initial':[{'valueUri':'x'}]}", "q",
	    "valueUri is not supported" },
	{ "{" Q("string") ",'initial':[{'valueQuantity':{}}]}", "q",
	    "valueQuantity is not supported" },

	/* enableWhen */
	{ ON("'type':'boolean'", "'question':'nobody','operator':'=',"
	    "'answerBoolean':true"), "q",
	    "enableWhen does not name a question: nobody" },
	{ ON("'type':'boolean'", "'operator':'=','answerBoolean':true"), "q",
	    "enableWhen does not name a question: (none)" },
	{ ON("'type':'display'", "'question':'p','operator':'exists',"
	    "'answerBoolean':true"), "q",
	    "enableWhen does not name a question: p" },
	{ ON("'type':'boolean'", "'question':'p','operator':'~',"
	    "'answerBoolean':true"), "q", "operator ~ is not supported" },
	{ ON("'type':'boolean'", "'question':'p','answerBoolean':true"),
	    "q", "operator (none) is not supported" },
	{ ON("'type':'boolean'", "'question':'p','operator':'='"), "q",
	    "a comparison with p has no value" },
	{ ON("'type':'boolean'", "'question':'p','operator':'exists',"
	    "'answerString':'x'"), "q", "enableWhen compares p with what" },
	{ ON("'type':'boolean'", "'question':'p','operator':'>',"
	    "'answerBoolean':true"), "q", "enableWhen compares p with what" },
	{ ON("'type':'boolean'", "'question':'p','operator':'=',"
	    "'answerString':'true'"), "q", "enableWhen compares p with what" },
	{ ON("'type':'integer'", "'question':'p','operator':'=',"
	    "'answerDecimal':1.5"), "q", "enableWhen compares p with what" },
	{ ON("'type':'string'", "'question':'p','operator':'<',"
	    "'answerString':'x'"), "q", "enableWhen compares p with what" },
	{ ON("'type':'string'", "'question':'p','operator':'=',"
	    "'answerString':''"), "q", "enableWhen compares p with what" },
	{ ON("'type':'string'", "'question':'p','operator':'=',"
	    "'answerInteger':1"), "q", "enableWhen compares p with what" },
	{ ON("'type':'date'", "'question':'p','operator':'>',"
	    "'answerInteger':20260101"), "q",
	    "enableWhen compares p with what" },
	{ ON("'type':'date'", "'question':'p','operator':'>',"
	    "'answerDateTime':'2026-01-01T00:00:00Z'"), "q",
	    "answerDateTime is not supported" },
	{ ON("'type':'date'", "'question':'p','operator':'>',"
	    "'answerTime':'10:00'"), "q", "answerTime is not supported" },
	{ ON("'type':'integer'", "'question':'p','operator':'>',"
	    "'answerQuantity':{}"), "q", "answerQuantity is not supported" },
	{ ON("'type':'integer'", "'question':'p','operator':'>',"
	    "'answerReference':{}"), "q", "answerReference is not supported" },
	{ ON("'type':'integer'", "'question':'p','operator':'>',"
	    "'answerInteger':1,'answerDecimal':1.0"), "q",
	    "enableWhen has two values" },
	{ ON("'type':'integer'", "'question':'p','operator':'>',"
	    "'answerInteger':1,'anser':2"), "q",
	    "enableWhen has no element anser" },
	{ ON("'type':'integer'", "'question':'p','operator':'>',"
	    "'answerInteger':1,'modifierExtension':[]"), "q",
	    "modifierExtension is not supported" },
	{ ON("'type':'choice'," OPT, "'question':'p','operator':'=',"
	    "'answerString':'c'"), "q", "enableWhen compares p with what" },
	{ ON("'type':'choice'," OPT, "'question':'p','operator':'>',"
	    "'answerString':'a'"), "q", "enableWhen compares p with what" },
	{ ON("'type':'choice'," OPT, "'question':'p','operator':'=',"
	    "'answerCoding':{'code':'a'}"), "q",
	    "this coding is no option of p" },
	{ ON("'type':'choice'," CODING, "'question':'p','operator':'=',"
	    "'answerCoding':{'code':'a'}"), "q",
	    "this coding is no option of p" },
	{ ON("'type':'choice'," CODING, "'question':'p','operator':'=',"
	    "'answerCoding':{'system':'t','code':'a'}"), "q",
	    "this coding is no option of p" },
	{ ON("'type':'choice'," CODING, "'question':'p','operator':'>',"
	    "'answerCoding':{'system':'s','code':'a'}"), "q",
	    "codings of p have no order" },
	{ ON("'type':'choice'," CODING, "'question':'p','operator':'=',"
	    "'answerString':'a'"), "q", "enableWhen compares p with what" },
	{ "{" Q("string") "," WHEN("'question':'q','operator':'exists',"
	    "'answerBoolean':true") "}", "q",
	    "enableWhen depends on itself" },
	{ "{'linkId':'p','type':'string','text':'?'," WHEN("'question':'q',"
	    "'operator':'exists','answerBoolean':true") "},{" Q("string") ","
	    WHEN("'question':'p','operator':'exists','answerBoolean':true")
	    "}", "q", "enableWhen depends on itself" },
	{ "{'linkId':'g','type':'group'," WHEN("'question':'q','operator':"
	    "'exists','answerBoolean':false") ",'item':[{" Q("string")
	    "}]}", "q", "enableWhen depends on itself" },
	{ "{'linkId':'p','type':'boolean','text':'?'},{" Q("string")
	    ",'enableWhen':[{'question':'p','operator':'exists',"
	    "'answerBoolean':true},{'question':'p','operator':'=',"
	    "'answerBoolean':true}]}", "q",
	    "enableBehavior is neither any nor all" },
	{ "{'linkId':'p','type':'boolean','text':'?'},{" Q("string")
	    ",'enableBehavior':'some','enableWhen':[{'question':'p',"
	    "'operator':'exists','answerBoolean':true}]}", "q",
	    "enableBehavior is neither any nor all" },
	{ "{" Q("string") ",'enableWhen':[]}", "q",
	    "enableWhen is not a list with elements" },
	{ "{" Q("string") ",'enableWhen':[7]}", "q",
	    "enableWhen is not an object" },

	/* alerts */
	{ "{" Q("integer") "," ALERT(OP(">") ","
	    "{'url':'value','valueInteger':1}") "}", "q",
	    "alert has no label" },
	{ "{" Q("integer") "," ALERT(OP(">") "," LABEL) "}", "q",
	    "a comparison with q has no value" },
	{ "{" Q("integer") "," ALERT(LABEL
	    ",{'url':'value','valueInteger':1}") "}", "q",
	    "operator (none) is not supported" },
	{ "{" Q("integer") "," ALERT(OP(">") "," LABEL
	    ",{'url':'value','valueString':'1'}") "}", "q",
	    "alert on what cannot answer it" },
	{ "{" Q("display") "," ALERT(OP("=") "," LABEL
	    ",{'url':'value','valueString':'1'}") "}", "q",
	    "alert on what cannot answer it" },
	{ "{" Q("integer") "," ALERT(OP(">") "," LABEL
	    ",{'url':'value','valueInteger':1},{'url':'mail'}") "}", "q",
	    "alert has no part mail" },
	{ "{" Q("integer") "," ALERT("{'url':'operator','valueInteger':1},"
	    LABEL ",{'url':'value','valueInteger':1}") "}", "q",
	    "alert: operator is of another type" },
	{ "{" Q("integer") "," ALERT(OP(">") "," LABEL "," LABEL
	    ",{'url':'value','valueInteger':1}") "}", "q",
	    "extension label is there twice" },
};

static void
what_cannot_be_asked_is_refused_by_item_and_name(void **state)
{
	struct form_problem why;
	struct form *f;
	size_t i;
	char *text;
	int rc;

	(void)state;
	for (i = 0; i < COUNT(refused); i++) {
		text = kit_json("{'resourceType':'Questionnaire','status':"
		    "'active','title':'T','item':[%s]}", refused[i].items);
		rc = kit_import(&f, text, &why);
		if (rc != TACIT_E_FORM ||
		    strcmp(why.item, refused[i].item) != 0 ||
		    strstr(why.what, refused[i].what) == NULL)
			fail_msg("row %zu: %d, item %s: %s\n%s", i, rc,
			    why.item, why.what, text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_cannot_be_asked_is_refused_by_item_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

import { describe, expect, test } from 'vitest';
import { refusalOf, resultOf } from './fixtures/condition.ts';
import { fromJson } from './fixtures/facts.ts';

const PARAMS = fromJson(`{
  "n": 5, "half": 0.5, "text": "abc", "yes": true, "no": false, "nothing": null,
  "tags": ["a", 1, null, true], "empty": [], "deep": {"a": 1}, "mixed": [1, {"a": 1}],
  "größe": 3, "__proto__": 7, "toString": "own"
}`);

describe('what conditions say', () => {
  test.each([
    ['sender_id == "alice"', true],
    ["sender_id == 'alice'", true],
    ['sender_id != "alice"', false],
    ['action == "calendar.schedule"', true],
    ['params_n > 4 and params_n < 6', true],
    ['params_n >= 5 and params_n <= 5', true],
    ['params_n < 5 or params_text == "abc"', true],
    ['not params_no', true],
    ['not not params_yes', true],
    ['not (params_n == 5)', false],
    ['(not params_no) == true', true],
    ['params_n in [1, 5]', true],
    ['params_text in ["x", \'abc\']', true],
    ['params_n in []', false],
    ['"a" in params_tags', true],
    ['"1" in params_tags', false],
    ['null in params_tags', true],
    ['params_n in params_empty', false],
    ['params_n + 1 == 6', true],
    ['params_n - 1 == 4', true],
    ['params_n * 2 == 10', true],
    ['params_n / 2 == 2.5', true],
    ['params_n % 3 == 2', true],
    ['-params_n < 0', true],
    ['+params_n == 5', true],
    ['- -params_n == 5', true],
    ['2 + 3 * 4 == 14', true],
    ['(2 + 3) * 4 == 20', true],
    ['10 - 3 - 2 == 5', true],
    ['params_text + "d" == "abcd"', true],
    ['params_text < "abd"', true],
    ['params_yes ? params_n == 5 : false', true],
    ['false ? false : false ? false : true', true],
    ['params_n == 5 ? true : params_missing', true],
    ['true == True and false == False and null == None', true],
    ['params_nothing == None', true],
    ['false or true and false', false],
    ['params_größe == 3', true],
    ['params_toString == "own"', true],
    ['params___proto__ == 7', true],
    ['.5 == params_half and 5. == params_n and 5e0 == params_n', true],
    [String.raw`"\"" == '"' and '\'' == "'" and "\\" != "" and "\u0041\n" == "A\n"`, true],
    [String.raw`'\\' == 'b' or params_yes`, true],
    ['"# /* ; = || && ! not in" == params_text', false],
    [' \t\r\n true ', true],
  ])('%s is %s', (condition, value) => {
    expect(resultOf(condition, PARAMS)).toBe(value);
  });

  test('% has the sign of its right side, as in Python', () => {
    expect(resultOf('-7 % 3 == 2 and 7 % -3 == -2 and -7 % -3 == -1 and 6 % 3 == 0')).toBe(true);
  });
});

describe('values of different types cannot be compared', () => {
  test.each(['"10" == 10', '1 == true', '0 == false', '"" == false', 'params_tags == "a"', '1 in ["a", true]'])(
    '%s',
    (condition) => {
      expect(resultOf(condition, PARAMS)).toMatch(/^error: .*compare/);
      expect(resultOf(condition.replace('==', '!='), PARAMS)).toMatch(/^error: .*compare/);
    },
  );

  test.each(['null == false', 'null == 0', '"null" == null', 'params_tags == null', 'null in ["a"]'])(
    'but null can, with anything: %s',
    (condition) => {
      expect(resultOf(condition, PARAMS)).toBe(false);
      expect(resultOf(`not (${condition})`, PARAMS)).toBe(true);
    },
  );

  test('a list of several types is looked through for those of the same one', () => {
    expect(resultOf('1 in ["a", 2]')).toBe(false);
    expect(resultOf('1 in ["a", 1]')).toBe(true);
    expect(resultOf('1 in [null, "a"]')).toBe(false);
  });
});

describe('what has no value is an error, never a guess', () => {
  test.each([
    ['params_missing == 1', /params_missing is missing/],
    ['params_missing != 1', /params_missing is missing/],
    ['not params_missing', /params_missing is missing/],
    ['params_valueOf == 1', /params_valueOf is missing/],
    ['params_constructor == 1', /params_constructor is missing/],
    ['params_deep == 1', /params_deep is neither a plain value/],
    ['1 in params_mixed', /params_mixed is neither a plain value/],
    ['params_n', /yields a number/],
    ['params_text', /yields text/],
    ['params_nothing', /yields null/],
    ['params_n and true', /"and" needs true or false, not a number/],
    ['true and params_n', /"and" needs true or false, not a number/],
    ['"" or true', /"or" needs true or false, not text/],
    ['not params_n', /"not" needs true or false/],
    ['params_n ? true : false', /"\?" needs true or false/],
    ['params_n > "4"', /a number and text have no order/],
    ['params_text > 4', /text and a number have no order/],
    ['true > false', /true or false and true or false have no order/],
    ['null < 1', /null and a number have no order/],
    ['params_tags < 1', /a list and a number have no order/],
    ['params_tags == params_empty', /two lists cannot be compared/],
    ['params_text in params_text', /"in" needs a list to its right, not text/],
    ['"a" in params_deep', /neither a plain value/],
    ['params_tags in [1]', /cannot hold a list/],
    ['1 in [params_tags]', /cannot hold a list/],
    ['params_n + "1" == "51"', /"\+" needs numbers, not text/],
    ['params_text - 1 == 0', /"-" needs numbers, not text/],
    ['params_text * 2 == "abcabc"', /"\*" needs numbers, not text/],
    ['-params_text == 1', /"-" needs numbers, not text/],
    ['+params_text == 1', /"\+" needs numbers, not text/],
    ['true + true == 2', /"\+" needs numbers, not true or false/],
    ['1 / 0 == 1', /divides by zero/],
    ['1 % 0 == 1', /divides by zero/],
    ['1e308 * 10 == 1', /too large/],
  ])('%s', (condition, message) => {
    expect(resultOf(condition, PARAMS)).toMatch(message);
  });

  test.each(['false and params_missing == 1', 'not (true or params_missing == 1)', 'false ? params_missing : false'])(
    'unless it is short-circuited: %s',
    (condition) => {
      expect(resultOf(condition)).toBe(false);
    },
  );
});

describe('what is refused at upload, with what to write instead', () => {
  test.each([
    ['sender_id = "alice"', 'did you mean =='],
    ['sender_id === "alice"', 'did you mean =='],
    ['sender_id !== "alice"', 'did you mean !='],
    ['sender_id <> "alice"', 'did you mean !='],
    ['params_n => 5', 'did you mean >='],
    ['params_n =< 5', 'did you mean <='],
    ['params_n ≥ 5', 'did you mean >='],
    ['params_a || params_b', 'did you mean or'],
    ['params_a | params_b', 'did you mean or'],
    ['params_a && params_b', 'did you mean and'],
    ['!params_a', 'did you mean not'],
    ['params_a AND params_b', 'did you mean and'],
    ['params_a == TRUE', 'did you mean true'],
    ['params_a == NULL', 'did you mean null'],
    ['sender_id is None', 'write == instead'],
    ['params_a not in [1]', 'write not (x in [...])'],
    ['true if params_a else false', 'a conditional is written a ? b : c'],
    ['params_n ** 2 == 4', 'there are no powers'],
    ['params_n ^ 2 == 4', 'there are no powers'],
    ['params_n // 2 == 4', 'there is no whole-number division'],
    ['true # comment', 'there are no comments'],
    ['true /* comment', 'there are no comments'],
    ['true; false', 'a condition is one expression'],
    ['params.n == 1', 'a param is written params_<field>'],
    ['params_n.length == 1', 'there is no access to members'],
    ['params_n["a"] == 1', 'There is no access to members'],
    ['len(params_n) == 1', 'there are no functions'],
    ['params_n(1)', 'There are no functions'],
    ['sender_id == “alice”', 'text is quoted with'],
    ['sender_id in ("a", "b")', 'written in square brackets'],
    ['senderId == "alice"', 'did you mean sender_id'],
    ['import os', 'agent_requests_last_minute and params_<field>'],
    ['alice == sender_id', 'agent_requests_last_minute and params_<field>'],
    ['params_ == 1', 'agent_requests_last_minute and params_<field>'],
    ['1 < params_n < 5', 'Comparisons cannot be chained'],
    ['1 == params_n == true', 'Comparisons cannot be chained'],
    ['params_a in [1] in [true]', 'Comparisons cannot be chained'],
    ['not sender_id == "alice"', 'Put parentheses after not'],
    ['not sender_id != "alice"', 'Put parentheses after not'],
    ['not params_a in [1]', 'Put parentheses after not'],
    ['not params_a + 1', 'Put parentheses after not'],
    ['not -params_a', 'Put parentheses after not'],
    ['not (params_a) == true', 'Put parentheses after not'],
    ['true == not params_a', 'Put parentheses around'],
    ['1 + not params_a', 'Put parentheses around'],
    ['- not params_a', 'Put parentheses around'],
    ['["a"] == ["a"]', 'A list may only be to the right of in'],
    ['params_a in [[1]]', 'A list may only be to the right of in'],
    ['', 'The condition is empty'],
    ['  ', 'The condition is empty'],
    ['1 +', 'Something is missing after "+"'],
    ['* 1', 'Something is missing before "*"'],
    ['params_a in [1,]', 'Something is missing before "]"'],
    ['params_a in [,1]', 'Something is missing before ","'],
    ['()', 'Something is missing before ")"'],
    ['1 2', 'An operator is missing before "2"'],
    ['params_a in [1 2]', 'An operator is missing before "2"'],
    ['"a" "b"', 'An operator is missing'],
    ['true not false', 'An operator is missing before "not"'],
    ['(true', 'is never closed'],
    ['true)', 'closes nothing'],
    ['params_a in [1)', 'does not close'],
    ['true ? false', 'A "?" has no ":"'],
    ['(true ? false) : true', 'A "?" has no ":"'],
    ['true : false', 'belongs to no "?"'],
    ['true, false', 'only allowed in a list'],
    ['"abc', 'has no closing quote'],
    [String.raw`"\x41" == "A"`, 'is no escape'],
    ['params_n == 1e999', 'too large'],
    ['params_n == 12345678901234567890', 'too large to be exact'],
    ['params_n == 0x10', 'is no number'],
    ['params_n == 12abc', 'is no number'],
    ['params_n == 1.2.3', 'is no number'],
    ['params_n == 1\u00a0', 'is not part of the language'],
    ['params_n == "\u0000"', 'U+0000'],
    ['params_n == "\ud800"', 'well-formed'],
  ])('%s', (condition, hint) => {
    expect(refusalOf(condition)).toContain(hint);
  });

  test('more than 500 characters, and the bound is named', () => {
    expect(resultOf(`true ${' '.repeat(495)}`)).toBe(true);
    expect(refusalOf(`true ${' '.repeat(496)}`)).toContain('501 characters long; at most 500');
  });

  test.each([
    ['parentheses', `${'('.repeat(33)}true${')'.repeat(33)}`],
    ['signs', `${'- '.repeat(40)}1 == 1`],
    ['negations', `${'not '.repeat(40)}true`],
    ['conditionals', `${'true ? true : '.repeat(34)}true`],
  ])('%s nested more than 32 levels deep, and the bound is named', (_name, condition) => {
    expect(refusalOf(condition)).toContain('at most 32 levels');
  });

  test('more than 200 parts, and the bound is named', () => {
    expect(refusalOf(`${'1+'.repeat(120)}1 == 1`)).toContain('at most 200');
  });

  test('but a long chain is no nesting', () => {
    expect(resultOf(Array.from({ length: 40 }, () => 'false').join(' or '))).toBe(false);
  });
});

import { expect, test } from 'vitest'
import { recentAnswers } from './recent-answers'

/** A question whose answers count up, each taking so many milliseconds of a clock that the test moves. */
function asked(took: number, options: { most?: number; fails?: boolean; keeps?: boolean; renewed?: number } = {}) {
  let now = 0
  let n = 0
  const recent = recentAnswers<number>({
    quick: 100,
    fresh: 60_000,
    renewed: options.renewed,
    keepsFailure: () => options.keeps ?? false,
    most: options.most ?? 10,
    clock: () => now,
  })
  const ask = async () => {
    n += 1
    const mine = n
    await Promise.resolve()
    now += took
    if (options.fails) throw new Error('away')
    return mine
  }
  return {
    ask: (question = 'q') => recent(question, ask),
    wait: (milliseconds: number) => {
      now += milliseconds
    },
    count: () => n,
    fail: () => {
      options.fails = true
    },
  }
}

test('a slow answer is given again for a while, then made anew', async () => {
  const { ask, wait } = asked(2000)
  expect(await ask()).toBe(1)
  wait(50_000)
  expect(await ask()).toBe(1)
  expect(await ask('another')).toBe(2)
  wait(10_000)
  expect(await ask()).toBe(3)
})

test('an old one is given while a new one is made, and nobody waits for that but the first', async () => {
  const { ask, wait, count } = asked(2000, { renewed: 60_000 })
  expect(await ask()).toBe(1)
  wait(60_000)
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1])
  await new Promise((settle) => setTimeout(settle))
  expect(count()).toBe(2)
  expect(await ask()).toBe(2)
  wait(130_000)
  expect(await ask()).toBe(3)
})

test('a renewal that fails leaves nothing old behind, and is not tried by everybody', async () => {
  const { ask, wait, fail, count } = asked(2000, { renewed: 60_000, keeps: true })
  expect(await ask()).toBe(1)
  fail()
  wait(60_000)
  expect(await ask()).toBe(1)
  await new Promise((settle) => setTimeout(settle))
  wait(60_000)
  await expect(ask()).rejects.toThrow('away')
  expect(count()).toBe(2)
  wait(60_000)
  await expect(ask()).rejects.toThrow('away')
  expect(count()).toBe(3)
})

test('a quick one is made anew each time', async () => {
  const { ask } = asked(50)
  expect([await ask(), await ask()]).toEqual([1, 2])
})

test('who asks while it is made waits for it', async () => {
  const { ask, count } = asked(50)
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1])
  expect(count()).toBe(1)
})

test.each([
  { what: 'a quick one', took: 50, keeps: true },
  { what: 'one that may pass', took: 2000, keeps: false },
])('of failures $what is not kept', async ({ took, keeps }) => {
  const { ask, count } = asked(took, { fails: true, keeps })
  await expect(ask()).rejects.toThrow('away')
  await expect(ask()).rejects.toThrow('away')
  expect(count()).toBe(2)
})

test('a failure that took long is told for a while, then it is tried again', async () => {
  const { ask, wait, count } = asked(2000, { fails: true, keeps: true })
  await expect(ask()).rejects.toThrow('away')
  await expect(ask()).rejects.toThrow('away')
  expect(count()).toBe(1)
  wait(60_000)
  await expect(ask()).rejects.toThrow('away')
  expect(count()).toBe(2)
})

test('no more are kept than so many, the oldest go', async () => {
  const { ask } = asked(2000, { most: 2 })
  for (const question of ['a', 'b', 'c']) await ask(question)
  expect(await ask('c')).toBe(3)
  expect(await ask('a')).toBe(4)
})

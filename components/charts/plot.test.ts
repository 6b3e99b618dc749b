import { describe, expect, it } from 'vitest'
import { PLOT, pointUnder } from './plot'

const box = { left: 100, top: 50, width: 40 + 8 + 400, height: 200 }
const at = (x: number, y = 100) => ({ clientX: box.left + 40 + x, clientY: box.top + y })

describe('the point under the mouse', () => {
  it('is the nearest one of an area, and the band of a bar', () => {
    expect(pointUnder('area', 5, box, at(0))).toBe(0)
    expect(pointUnder('area', 5, box, at(49))).toBe(0)
    expect(pointUnder('area', 5, box, at(51))).toBe(1)
    expect(pointUnder('line', 5, box, at(400))).toBe(4)
    expect(pointUnder('bar', 4, box, at(99))).toBe(0)
    expect(pointUnder('bar', 4, box, at(101))).toBe(1)
    expect(pointUnder('bar', 4, box, at(399))).toBe(3)
  })

  it('is none beside the plot', () => {
    expect(pointUnder('area', 5, box, at(-60))).toBeNull()
    expect(pointUnder('bar', 4, box, at(-1))).toBeNull()
    expect(pointUnder('bar', 4, box, at(401))).toBeNull()
    expect(pointUnder('area', 0, box, at(10))).toBeNull()
  })

  it('is the row at that height', () => {
    const rows = { ...box, height: PLOT.height('rows', 3) }
    expect(pointUnder('rows', 3, rows, at(10, PLOT.top + 1))).toBe(0)
    expect(pointUnder('rows', 3, rows, at(10, PLOT.top + 25))).toBe(1)
    expect(pointUnder('rows', 3, rows, at(10, PLOT.top + 71))).toBe(2)
    expect(pointUnder('rows', 3, rows, at(10, PLOT.top + 73))).toBeNull()
  })
})

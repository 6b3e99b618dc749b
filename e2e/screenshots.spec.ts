import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, hydrated, test } from './fixtures'

const FOLDER = path.resolve(import.meta.dirname, '../docs/images')
const SIZE = { width: 1440, height: 900 }

// The readme's pictures. UPDATE_SCREENSHOTS=1 makes them anew.
for (const colorScheme of ['light', 'dark'] as const)
  test(`the picture of the overview, ${colorScheme}`, async ({ page }) => {
    const file = path.join(FOLDER, `overview-${colorScheme}.png`)
    if (process.env.UPDATE_SCREENSHOTS === '1') {
      await page.setViewportSize(SIZE)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.goto('/')
      await hydrated(page)
      await page.evaluate(() => document.fonts.ready)
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(file, await page.screenshot())
    }
    const picture = readFileSync(file)
    expect(picture.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    expect({ width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) }).toEqual(SIZE)
    expect(picture.length).toBeLessThan(300_000)
  })

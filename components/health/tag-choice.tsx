import { HiddenParams } from '@/components/data-table/hidden-params'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { type HealthParams, healthPage } from '@/lib/mig/health/search-params'

/** Which tag is charted. */
export function TagChoice({ keys, current, params }: { keys: string[]; current: string | null; params: HealthParams }) {
  if (keys.length < 2) return null
  return (
    <form key={current} action={healthPage.path} className="flex items-center gap-2 print:hidden">
      <HiddenParams list={healthPage} params={params} except={['tag']} />
      <label className="sr-only" htmlFor="tag-key">
        Tag
      </label>
      <select id="tag-key" name="tag" defaultValue={current ?? ''} className={cn(inputClass, 'w-auto max-w-40')}>
        {current !== null && !keys.includes(current) && <option value={current}>{visibleText(current)}</option>}
        {keys.map((key) => (
          <option key={key} value={key}>
            {visibleText(key)}
          </option>
        ))}
      </select>
      <Button type="submit">Show</Button>
    </form>
  )
}

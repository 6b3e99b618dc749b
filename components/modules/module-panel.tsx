import { totalInWords } from '@/components/data-table/pager'
import { Section } from '@/components/layout/section'
import { Card } from '@/components/ui/card'
import { visibleText } from '@/components/ui/visible-text'
import type { ModuleRow } from '@/lib/mig/modules/queries'
import type { Total } from '@/lib/page'
import { MarkModuleForm, RemoveModuleForm, RenameModuleForm } from './module-forms'

const uses = (total: Total, what: string) =>
  total.count === 0 ? '' : `${totalInWords(total)} ${what}${total.count === 1 && !total.more ? '' : 's'}`

/** What an admin may do with one module. */
export function ModulePanel({ module }: { module: ModuleRow }) {
  const { id, name, requirements, weights, actions, sensitiveSince } = module
  const users = [uses(requirements, 'minimum weight'), uses(weights, 'weight'), uses(actions, 'action')].filter(Boolean)
  const isDefault = name === 'default'
  return (
    <Section title={`Module ${visibleText(name)}`} id="module">
      <div className="grid gap-4 md:grid-cols-3">
        <Card>
          {isDefault ? (
            <p className="text-muted text-sm">
              Its rules hold where a module has no minimum weight of its own; that hangs on the name, so it cannot be
              renamed.
            </p>
          ) : (
            <RenameModuleForm key={`${id} ${name}`} id={id} name={name} used={users.length > 0} />
          )}
        </Card>
        <Card>
          <MarkModuleForm key={id} id={id} sensitive={sensitiveSince !== null} />
        </Card>
        <Card>
          {users.length > 0 ? (
            <p className="text-muted text-sm">
              It cannot be removed: {users.join(', ')}{' '}
              {users.length === 1 && users[0]?.startsWith('1 ') ? 'uses' : 'use'} it.
            </p>
          ) : (
            <RemoveModuleForm key={id} id={id} name={name} />
          )}
        </Card>
      </div>
    </Section>
  )
}

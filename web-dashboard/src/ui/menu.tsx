import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly align?: 'start' | 'end';
  readonly side?: 'top' | 'bottom';
  readonly children: ReactNode;
}

/** A menu of actions: `MenuItem`, `MenuLink`, `MenuChoice` and `MenuGroup` go in it. */
export function Menu({ trigger, align = 'end', side = 'bottom', children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={6} className="z-50">
          <Base.Popup className="max-h-[var(--available-height)] min-w-52 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-raised outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const itemClass =
  'flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left outline-none data-highlighted:bg-sunken data-disabled:cursor-not-allowed data-disabled:text-muted';

interface MenuItemProps {
  readonly icon?: ReactNode;
  readonly look?: 'normal' | 'danger';
  /** Why it cannot be chosen; shown under it. */
  readonly disabledReason?: string | undefined;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

export function MenuItem({ icon, look = 'normal', disabledReason, onChoose, children }: MenuItemProps) {
  return (
    <Base.Item
      disabled={disabledReason !== undefined}
      onClick={onChoose}
      className={`${itemClass} ${look === 'danger' ? 'text-bad' : ''}`}
    >
      {icon}
      <span className="min-w-0">
        {children}
        {disabledReason !== undefined && <span className="block text-xs text-muted">{disabledReason}</span>}
      </span>
    </Base.Item>
  );
}

/** A link in a menu: `<MenuLink render={<Link {...pathTo.password()} />}>`. */
export function MenuLink({ render, children }: { readonly render: ReactElement; readonly children: ReactNode }) {
  return (
    <Base.LinkItem closeOnClick render={render} className={itemClass}>
      {children}
    </Base.LinkItem>
  );
}

interface MenuChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChoose: (value: Value) => void;
}

/** One of several, with the present one marked. */
export function MenuChoice<Value extends string>({ label, value, options, onChoose }: MenuChoiceProps<Value>) {
  return (
    <Base.RadioGroup aria-label={label} value={value} onValueChange={(chosen: Value) => onChoose(chosen)}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} closeOnClick className={itemClass}>
          <span className="flex size-4 items-center justify-center">
            <Base.RadioItemIndicator className="size-2 rounded-full bg-accent" />
          </span>
          {option.label}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

function MenuLabel({ children }: { readonly children: ReactNode }) {
  return (
    <p aria-hidden="true" className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">
      {children}
    </p>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="my-1 border-t border-line" />;
}

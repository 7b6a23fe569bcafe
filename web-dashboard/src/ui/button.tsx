import { Tooltip } from '@base-ui/react/tooltip';
import { useId, useState, type ComponentProps, type MouseEvent } from 'react';
import { buttonClass, type ButtonLook } from './button-class.ts';
import { Spinner } from './spinner.tsx';
import { tooltipClass } from './tooltip-class.ts';

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'disabled'> & {
  readonly look: ButtonLook;
  readonly size?: 'normal' | 'small';
  /** Why it cannot be pressed now. The button stays reachable, so that the reason can be read. */
  readonly disabledReason?: string | undefined;
  /** What it began is not finished: it shows so and takes no second press. */
  readonly isPending?: boolean;
};

/** A button. One that cannot be pressed says why: on hover, on focus, when pressed all the same, and to screen readers. */
export function Button({ look, size = 'normal', disabledReason, isPending = false, ...rest }: ButtonProps) {
  const { onClick, children, ...others } = rest;
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (disabledReason === undefined && !isPending) onClick?.(event);
    else event.preventDefault();
  };
  const button = {
    type: 'button' as const,
    ...others,
    'aria-busy': isPending || undefined,
    'aria-disabled': isPending || undefined,
    className: buttonClass(look, size),
    children: (
      <>
        {isPending && <Spinner />}
        {children}
      </>
    ),
  };
  if (disabledReason === undefined) return <button {...button} onClick={press} />;
  return <ExplainedButton {...button} reason={disabledReason} onPress={press} />;
}

type ExplainedButtonProps = ComponentProps<'button'> & {
  readonly reason: string;
  readonly onPress: (event: MouseEvent<HTMLButtonElement>) => void;
};

function ExplainedButton({ reason, onPress, children, ...button }: ExplainedButtonProps) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Tooltip.Root open={isOpen} onOpenChange={(open) => setIsOpen(open)}>
      <Tooltip.Trigger
        delay={150}
        closeOnClick={false}
        render={
          <button
            {...button}
            aria-disabled="true"
            aria-describedby={id}
            onClick={(event) => {
              onPress(event);
              // A finger has no hover.
              setIsOpen(true);
            }}
          >
            {children}
            {/* Inside, so that it takes no place in the layout; what is hidden is no part of the button's name. */}
            <span id={id} hidden>
              {reason}
            </span>
          </button>
        }
      />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className={tooltipClass}>{reason}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

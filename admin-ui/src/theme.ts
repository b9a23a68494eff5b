import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The red of a crab's claw. */
const claw: MantineColorsTuple = [
  '#fff0ec',
  '#fbdfd8',
  '#f5bcae',
  '#f09681',
  '#ec775b',
  '#e96343',
  '#d9482a',
  '#c2361f',
  '#a92c17',
  '#8f210f',
];

export const theme = createTheme({
  primaryColor: 'claw',
  primaryShade: { light: 7, dark: 5 },
  colors: { claw },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  components: {
    Table: { defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' } },
    Card: { defaultProps: { withBorder: true, padding: 'lg' } },
    Tooltip: { defaultProps: { openDelay: 200, events: { hover: true, focus: true, touch: true } } },
  },
});

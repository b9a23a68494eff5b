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

/** Greys with a little blue in them, light to dark, for the dark scheme. */
const dark: MantineColorsTuple = [
  '#e6e8ee',
  '#ccd1dc',
  '#a9b0c0',
  '#7e8799',
  '#4a5162',
  '#363c4b',
  '#282d39',
  '#1b1e27',
  '#14161d',
  '#0e1015',
];

export const theme = createTheme({
  primaryColor: 'claw',
  primaryShade: 7,
  colors: { claw, dark },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  components: {
    Table: { defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Card: { defaultProps: { withBorder: true, padding: 'lg' } },
    Tooltip: { defaultProps: { openDelay: 200, events: { hover: true, focus: true, touch: true } } },
  },
});

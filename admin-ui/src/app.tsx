import {
  ActionIcon,
  Anchor,
  AppShell,
  Box,
  Burger,
  Button,
  Group,
  NavLink,
  Stack,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { Suspense, useEffect } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Loading, NothingHere } from './components/states.tsx';
import { ConnectionNotice } from './live/connection-notice.tsx';
import { PAGES, SECTIONS } from './sections.tsx';
import { useViewer } from './viewer.tsx';

/** The frame around every page: where one is, where one can go, light or dark, and out. */
export function App() {
  const [isMenuOpen, menu] = useDisclosure(false);
  const [path] = useLocation();
  const { role, name, hasAccount } = useViewer();
  const sections = SECTIONS.filter(({ roles }) => roles.includes(role));
  const pages = PAGES.filter(({ roles }) => roles.includes(role));

  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the menu
  useEffect(() => menu.close(), [path]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding={{ base: 'md', sm: 'xl' }}
      classNames={{ main: 'page-main' }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isMenuOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Link href="/" className="brand" aria-label="Clawcierge">
              <img src="/admin/mark.svg" alt="" width={28} height={28} />
              <Text fw={700} size="lg" visibleFrom="xs">
                Clawcierge
              </Text>
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            {hasAccount ? (
              <Anchor href="/admin/account" size="sm" className="viewer" title={name}>
                {name}
              </Anchor>
            ) : (
              <Text size="sm" className="viewer soft" title={name}>
                {name}
              </Text>
            )}
            <SchemeToggle />
            <Button
              component="a"
              href="/admin/logout"
              variant="default"
              size="xs"
              leftSection={<IconLogout size={16} aria-hidden />}
            >
              Log out
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Sections" className={isMenuOpen ? undefined : 'menu-closed'}>
        <Stack gap={4}>
          {sections.map(({ path: to, label, icon: Icon, isIn }) => (
            <NavLink
              key={to}
              component={Link}
              href={to}
              label={label}
              active={isIn(path)}
              aria-current={isIn(path) ? 'page' : undefined}
              leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
              classNames={{ root: 'nav-link' }}
            />
          ))}
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main>
        <ConnectionNotice />
        <Box id="content" tabIndex={-1} maw={1240} mx="auto">
          <Suspense fallback={<Loading />}>
            <Switch>
              {pages.map(({ path: at, page }) => (
                <Route key={at} path={at}>
                  {(params) => page(params as Readonly<Record<string, string>>)}
                </Route>
              ))}
              <Route>
                <NothingHere title="There is no such page" />
              </Route>
            </Switch>
          </Suspense>
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon variant="default" size={30} aria-label={`Switch to ${other}`} onClick={() => setColorScheme(other)}>
        {scheme === 'dark' ? <IconSun size={16} aria-hidden /> : <IconMoon size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

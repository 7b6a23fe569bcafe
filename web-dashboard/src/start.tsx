import './ui/theme.css';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchAttendance } from './api/attendance.ts';
import { makeQueryClient } from './api/query-client.ts';
import { applyStoredLanguage } from './i18n/language.ts';
import { makeRouter } from './routes/router.ts';
import { Providers } from './shell/providers.tsx';
import { applyStoredTheme } from './ui/theme.ts';

applyStoredTheme();
applyStoredLanguage();
watchAttendance(globalThis);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');

createRoot(root).render(
  <StrictMode>
    <Providers queryClient={makeQueryClient()}>
      <RouterProvider router={makeRouter()} />
    </Providers>
  </StrictMode>,
);

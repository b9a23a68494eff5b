import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { outsideOfCalls } from '../application/ports/call.ts';
import type { Clock } from '../application/ports/clock.ts';
import type { Log } from '../application/ports/log.ts';
import { CLOSE_SILENT, CLOSE_TOO_BUSY } from './close-codes.ts';
import { isClosed, untilClosed } from './until-closed.ts';

export type HeartbeatSettings = {
  /** How often the platform pings, in milliseconds. */
  readonly intervalMs: number;
  /** How long a socket may be silent before it is closed with 4008, in milliseconds. */
  readonly timeoutMs: number;
};

/** What keeps the sockets of a transport alive. */
export type SocketDependencies = {
  readonly clock: Clock;
  readonly log: Log;
  readonly heartbeat: HeartbeatSettings;
};

/** Of a socket whose connection ended without a word (RFC 6455, section 7.1.5). */
export const CONNECTION_CUT = 1006;

/** Who ended a socket; `connection` is nobody that said so: the network, or a client that was gone at once. */
export type SocketEnd = 'platform' | 'client' | 'connection';

/** How long a closed socket may take to answer the close before it is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Pings go out in so many parts of the interval, each with the sockets that are due, so that none is a burst of all. */
const PARTS_OF_INTERVAL = 32;

/** An empty ping as a server sends it: the same bytes for all sockets, which the library would make anew for each. */
const PING_FRAME = Buffer.from([0x89, 0]);

/** A look for silent sockets that is late by more than so many looks was one of a node that stood still. */
const LOOKS_MISSED_STANDING_STILL = 2;

/** Where a socket may be silent for so many intervals, one ping may go unanswered before the other kind is tried. */
const INTERVALS_FOR_ONE_KIND = 3;

/** Pings and pongs of a socket between two looks. With one more it is closed: each ping is answered, and costs its client nothing. */
const BEATS_MAX = 1_000;

/** The heartbeat of one socket, in monotonic milliseconds; `spokeAt` is when a message came, `beats` what came since the last look. */
type Beat = { readonly connection: Duplex; heardAt: number; spokeAt: number; pingedAt: number; beats: number };

export type Heartbeats = ReturnType<typeof createHeartbeats>;

/**
 * What every socket of a server has, whatever is spoken over it: it is pinged at the interval and closed with 4008 when
 * nothing was heard for the timeout, and its failures are logged. Any message counts, and so do the WebSocket protocol's
 * own pings and pongs (RFC 6455, section 5.5). `spokenPing` is the spoken protocol's ping; whoever answers that one
 * is not sent the other, which would be another frame each way. While the node itself stands still, as on a machine that
 * sleeps, nobody is silent: it neither pings nor hears then. The timers and listeners are shared by all sockets: of
 * each its own would be most of what an idle socket takes.
 */
export function createHeartbeats(
  { clock, log, heartbeat: { intervalMs, timeoutMs } }: SocketDependencies,
  spokenPing: string | null = null,
) {
  const spokenFrame = spokenPing === null ? null : textFrame(spokenPing);
  const bothFrames = Buffer.concat([PING_FRAME, spokenFrame ?? Buffer.alloc(0)]);
  const afterAnswer = timeoutMs >= INTERVALS_FOR_ONE_KIND * intervalMs ? (spokenFrame ?? bothFrames) : bothFrames;
  /** The one that was pinged the longest ago first. */
  const beats = new Map<WebSocket, Beat>();
  let stopTimers: (() => void) | null = null;
  /** Often enough that a silent socket outlives the timeout by an eighth of it at the most. */
  const lookEveryMs = Math.max(50, timeoutMs / 8);
  let lookedAt = 0;

  function hear(this: WebSocket): void {
    const beat = beats.get(this);
    if (beat === undefined) return;
    beat.heardAt = clock.monotonic();
    beat.beats += 1;
    if (beat.beats > BEATS_MAX) closeSocket(this, clock, CLOSE_TOO_BUSY);
  }

  function hearMessage(this: WebSocket): void {
    const beat = beats.get(this);
    if (beat) beat.heardAt = beat.spokeAt = clock.monotonic();
  }

  function logFailure(this: WebSocket, error: Error): void {
    log.debug({ err: error, protocol: this.protocol }, 'a socket failed');
  }

  function end(this: WebSocket): void {
    beats.delete(this);
    if (beats.size > 0) return;
    stopTimers?.();
    stopTimers = null;
  }

  function startTimers(): () => void {
    lookedAt = clock.monotonic();
    const stops = [
      clock.every(Math.max(10, intervalMs / PARTS_OF_INTERVAL), pingDue),
      clock.every(lookEveryMs, closeSilent),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  function pingDue(): void {
    const now = clock.monotonic();
    for (const [socket, beat] of beats) {
      if (now - beat.pingedAt < intervalMs) return;
      const hasAnswered = beat.spokeAt > beat.pingedAt;
      beat.pingedAt = now;
      beats.delete(socket);
      beats.set(socket, beat);
      if (socket.readyState !== socket.OPEN) continue;
      beat.connection.write(hasAnswered ? afterAnswer : bothFrames);
    }
  }

  function closeSilent(): void {
    const now = clock.monotonic();
    const lateMs = now - lookedAt - lookEveryMs;
    lookedAt = now;
    if (lateMs > LOOKS_MISSED_STANDING_STILL * lookEveryMs) {
      for (const beat of beats.values()) beat.heardAt = Math.min(now, beat.heardAt + lateMs);
    }
    for (const [socket, beat] of beats) {
      beat.beats = 0;
      if (now - beat.heardAt > timeoutMs) closeSocket(socket, clock, CLOSE_SILENT);
    }
  }

  return {
    /** Begins the heartbeat of the socket, which is on that connection; it ends with the socket. */
    start(socket: WebSocket, connection: Duplex): void {
      // Without a listener an oversize frame would end the process.
      socket.on('error', logFailure);
      if (isClosed(socket)) return;
      const now = clock.monotonic();
      beats.set(socket, { connection, heardAt: now, spokeAt: Number.NEGATIVE_INFINITY, pingedAt: now, beats: 0 });
      socket.on('message', hearMessage);
      socket.on('pong', hear);
      socket.on('ping', hear);
      socket.on('close', end);
      // They outlive the request that the first socket came with.
      stopTimers ??= outsideOfCalls(startTimers);
    },
  };
}

/** The sockets that the platform closed, and with which code. */
const closedHere = new WeakMap<WebSocket, number>();

/** Who ended the socket that was closed with the code, and with which code it was meant to be. */
export function endOf(socket: WebSocket, code: number): { readonly by: SocketEnd; readonly code: number } {
  const ours = closedHere.get(socket);
  if (ours !== undefined) return { by: 'platform', code: ours };
  return { by: code === CONNECTION_CUT ? 'connection' : 'client', code };
}

/** A short text as a server sends it. */
function textFrame(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 125) throw new Error('a ping has to fit a short frame');
  return Buffer.concat([Buffer.from([0x81, bytes.length]), bytes]);
}

/** Closes with a code, and cuts the connection when the other side does not answer the close. */
export function closeSocket(
  socket: WebSocket,
  clock: Clock,
  { code, reason }: { readonly code: number; readonly reason: string },
): void {
  if (socket.readyState === socket.CLOSED || socket.readyState === socket.CLOSING) return;
  closedHere.set(socket, code);
  socket.close(code, reason);
  untilClosed(
    socket,
    clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate()),
  );
}

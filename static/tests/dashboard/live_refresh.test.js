import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, tick } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { LiveRefresh } from "@sale_dashboard/dashboard/live_refresh";

describe.current.tags("headless");

beforeEach(() => patchWithCleanup(Math, { random: () => 0.5 }));

function makeLive({ duration = 10, ...params } = {}) {
    return new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return duration;
        },
        ...params,
    });
}

test("a lone change is read within two seconds", async () => {
    const live = makeLive();
    live.notify();
    expect.verifySteps([]);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
});

test("a burst of changes is one re-read, and the next comes two seconds later", async () => {
    const live = makeLive();
    for (let i = 0; i < 50; i++) {
        live.notify();
    }
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    live.notify();
    await advanceTime(1900);
    expect.verifySteps([]);
    await advanceTime(600);
    expect.verifySteps(["refresh"]);
    await advanceTime(60000);
    expect.verifySteps([]);
});

test("slow computations are asked for less often", async () => {
    const live = makeLive({ duration: 500 });
    live.notify();
    await advanceTime(700);
    live.notify();
    expect.verifySteps(["refresh"]);
    await advanceTime(9900);
    expect.verifySteps([]);
    await advanceTime(2000);
    expect.verifySteps(["refresh"]);
});

test("a change during a re-read is read after it", async () => {
    const answer = new Deferred();
    const live = new LiveRefresh({
        refresh: () => {
            expect.step("refresh");
            return answer;
        },
    });
    live.notify();
    await advanceTime(700);
    live.notify();
    await advanceTime(10000);
    expect.verifySteps(["refresh"]);
    answer.resolve(10);
    await tick();
    await advanceTime(3000);
    expect.verifySteps(["refresh"]);
});

test("nobody looks, nothing is read: once, when somebody does", async () => {
    const live = makeLive({ isVisible: false });
    live.notify();
    live.notify();
    await advanceTime(10000);
    expect.verifySteps([]);
    live.setVisible(true);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    live.notify();
    live.setVisible(false);
    await advanceTime(10000);
    expect.verifySteps([]);
    live.setVisible(true);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
});

test("nothing is read after the end", async () => {
    const live = makeLive();
    live.notify();
    live.stop();
    live.notify();
    await advanceTime(10000);
    expect.verifySteps([]);
});

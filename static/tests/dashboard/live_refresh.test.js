import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, tick } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { LiveRefresh } from "@sale_dashboard/dashboard/live_refresh";

describe.current.tags("headless");

beforeEach(() => patchWithCleanup(Math, { random: () => 0.5 }));

function makeLive({ duration = 10, waited = duration, nextAfter, ...params } = {}) {
    return new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return { duration, waited, nextAfter };
        },
        ...params,
    });
}

test("a lone change is read within two seconds", async () => {
    const live = makeLive();
    live.notify("1");
    expect.verifySteps([]);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
});

test("where many are open, each reads at a time of its own", async () => {
    const live = makeLive();
    live.notify("1", 8000);
    await advanceTime(3900);
    expect.verifySteps([]);
    await advanceTime(200);
    expect.verifySteps(["refresh"]);
    await advanceTime(60000);
    live.notify("2", 100);
    await advanceTime(290);
    expect.verifySteps([]);
    await advanceTime(20);
    expect.verifySteps(["refresh"]);
});

test("a message of what is already shown is not read", async () => {
    let known = "1";
    const live = makeLive({ isKnown: (token) => token === known });
    live.notify("1");
    await advanceTime(3000);
    expect.verifySteps([]);
    // Known by the time it would have been read: somebody asked meanwhile.
    live.notify("2");
    known = "2";
    await advanceTime(3000);
    expect.verifySteps([]);
    live.notify("3");
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
});

test("what a read brings is known after it, not before", async () => {
    const answer = new Deferred();
    let known = "1";
    const live = new LiveRefresh({
        refresh: () => {
            expect.step("refresh");
            return answer;
        },
        isKnown: (token) => token === known,
    });
    live.notify("2");
    await advanceTime(700);
    live.notify("3");
    // The read was answered from a snapshot that has the third change already.
    known = "3";
    answer.resolve({ duration: 10, waited: 10 });
    await tick();
    await advanceTime(60000);
    expect.verifySteps(["refresh"]);
});

test("what was missed is read whatever is told after", async () => {
    const live = makeLive({ isKnown: () => true });
    live.notifyUntold();
    live.notify("1");
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
});

test("without any message it looks every few minutes, while somebody looks at it", async () => {
    const live = makeLive();
    await advanceTime(5 * 60 * 1000);
    expect.verifySteps([]);
    await advanceTime(60 * 1000);
    expect.verifySteps(["refresh"]);
    await advanceTime(6 * 60 * 1000);
    expect.verifySteps(["refresh"]);
    live.setVisible(false);
    await advanceTime(60 * 60 * 1000);
    expect.verifySteps([]);
    live.setVisible(true);
    await advanceTime(1);
    expect.verifySteps(["refresh"]);
});

test("a read postpones the next look", async () => {
    const live = makeLive();
    await advanceTime(5 * 60 * 1000);
    live.notify("1");
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    await advanceTime(5 * 60 * 1000);
    expect.verifySteps([]);
});

test("a failed read does not end the following ones", async () => {
    let fails = true;
    const live = new LiveRefresh({
        refresh: () => {
            expect.step("refresh");
            return fails
                ? Promise.reject(new Error("No"))
                : Promise.resolve({ duration: 10, waited: 10 });
        },
    });
    expect.errors(1);
    live.notify("1");
    await advanceTime(700);
    fails = false;
    live.notify("2");
    await advanceTime(3000);
    expect.verifySteps(["refresh", "refresh"]);
    expect.verifyErrors(["No"]);
});

test("a burst of changes is one re-read, and the next comes two seconds later", async () => {
    const live = makeLive();
    for (let i = 0; i < 50; i++) {
        live.notify("1");
    }
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    live.notify("1");
    await advanceTime(1900);
    expect.verifySteps([]);
    await advanceTime(600);
    expect.verifySteps(["refresh"]);
    await advanceTime(60000);
    expect.verifySteps([]);
});

test("slow computations are asked for less often", async () => {
    const live = makeLive({ duration: 500 });
    live.notify("1");
    await advanceTime(700);
    live.notify("1");
    expect.verifySteps(["refresh"]);
    await advanceTime(9900);
    expect.verifySteps([]);
    await advanceTime(2000);
    expect.verifySteps(["refresh"]);
});

test("where the server says when there may be newer figures, that counts", async () => {
    const live = makeLive({ duration: 5000, waited: 100, nextAfter: 0 });
    live.notify("1");
    await advanceTime(700);
    live.notify("2");
    expect.verifySteps(["refresh"]);
    await advanceTime(1900);
    expect.verifySteps([]);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    live.stop();
    const later = makeLive({ duration: 10, nextAfter: 6000 });
    later.notify("1");
    await advanceTime(700);
    later.notify("2");
    expect.verifySteps(["refresh"]);
    await advanceTime(5900);
    expect.verifySteps([]);
    await advanceTime(1700);
    expect.verifySteps(["refresh"]);
});

test("who was given older figures reads again when the server says, told or not", async () => {
    const server = { duration: 10, waited: 10, rereadAfter: 5000, lookAfter: 5000 };
    const live = new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return server;
        },
    });
    live.notify("1");
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    live.notify("2");
    await advanceTime(4900);
    expect.verifySteps([]);
    await advanceTime(1200);
    expect.verifySteps(["refresh"]);
    // No further message: the last change must show all the same.
    await advanceTime(6500);
    expect.verifySteps(["refresh"]);
    delete server.rereadAfter;
    delete server.lookAfter;
    await advanceTime(6500);
    expect.verifySteps(["refresh"]);
    await advanceTime(60000);
    expect.verifySteps([]);
});

test("it may be soon, but not where the server is slow to say so", async () => {
    const server = { duration: 900, waited: 50, rereadAfter: 300, lookAfter: 300 };
    const live = new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return server;
        },
    });
    live.notify("1");
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    server.waited = 1000;
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    await advanceTime(9900);
    expect.verifySteps([]);
    await advanceTime(2000);
    expect.verifySteps(["refresh"]);
    live.stop();
});

test("what is older beside the figures is looked at later, and keeps nothing waiting", async () => {
    const server = { duration: 10, waited: 10, lookAfter: 20000 };
    const live = new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return server;
        },
    });
    live.notify("1");
    await advanceTime(700);
    live.notify("2");
    await advanceTime(2600);
    expect.verifySteps(["refresh", "refresh"]);
    delete server.lookAfter;
    await advanceTime(19000);
    expect.verifySteps([]);
    await advanceTime(7000);
    expect.verifySteps(["refresh"]);
});

test("a server that is slow to answer is asked less often, but not for ever", async () => {
    const server = { duration: 10, waited: 500 };
    const live = new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return server;
        },
    });
    live.notify("1");
    await advanceTime(700);
    live.notify("2");
    expect.verifySteps(["refresh"]);
    await advanceTime(9900);
    expect.verifySteps([]);
    server.waited = 100000;
    await advanceTime(2000);
    live.notify("3");
    expect.verifySteps(["refresh"]);
    await advanceTime(19900);
    expect.verifySteps([]);
    await advanceTime(6000);
    expect.verifySteps(["refresh"]);
});

test("where very many are open, a slow server is asked as seldom as it says", async () => {
    const live = new LiveRefresh({
        refresh: async () => {
            expect.step("refresh");
            return { duration: 10, waited: 100000 };
        },
    });
    live.notify("1", 10000);
    await advanceTime(10000);
    expect.verifySteps(["refresh"]);
    live.notify("2", 10000);
    await advanceTime(49900);
    expect.verifySteps([]);
    await advanceTime(31000);
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
    live.notify("1");
    await advanceTime(700);
    live.notify("1");
    await advanceTime(10000);
    expect.verifySteps(["refresh"]);
    answer.resolve({ duration: 10, waited: 10 });
    await tick();
    await advanceTime(3000);
    expect.verifySteps(["refresh"]);
});

test("nobody looks, nothing is read: once, when somebody does", async () => {
    const live = makeLive({ isVisible: false });
    live.notify("1");
    live.notify("1");
    await advanceTime(10000);
    expect.verifySteps([]);
    live.setVisible(true);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
    live.notify("1");
    live.setVisible(false);
    await advanceTime(10000);
    expect.verifySteps([]);
    live.setVisible(true);
    await advanceTime(700);
    expect.verifySteps(["refresh"]);
});

test("nothing is read after the end", async () => {
    const live = makeLive();
    live.notify("1");
    live.stop();
    live.notify("1");
    await advanceTime(10000);
    expect.verifySteps([]);
});

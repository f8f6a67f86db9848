package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// campaign is two candidates for one Lease. Each campaigns again after it lost, as a restarted process would.
type campaign struct {
	leading, terms atomic.Int64
	stop           context.CancelFunc
	done           sync.WaitGroup
	mutex          sync.Mutex
	troubles       []string
}

func startCampaign(ctx context.Context, client kubernetes.Interface, namespace string) *campaign {
	ctx, stop := context.WithCancel(ctx)
	one := &campaign{stop: stop}
	for _, candidate := range []string{"ann", "ben"} {
		one.done.Add(1)
		go func() {
			defer one.done.Done()
			for ctx.Err() == nil {
				one.run(ctx, client, namespace, candidate)
			}
		}()
	}
	return one
}

func (c *campaign) run(ctx context.Context, client kubernetes.Interface, namespace, candidate string) {
	ended := make(chan struct{})
	var began atomic.Bool
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "chair", Namespace: namespace},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: candidate},
		},
		LeaseDuration:   5 * time.Second,
		RenewDeadline:   3 * time.Second,
		RetryPeriod:     500 * time.Millisecond,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				began.Store(true)
				c.terms.Add(1)
				if c.leading.Add(1) > 1 {
					c.mutex.Lock()
					c.troubles = append(c.troubles, "both candidates lead")
					c.mutex.Unlock()
				}
				<-ctx.Done()
				c.leading.Add(-1)
				close(ended)
			},
			OnStoppedLeading: func() {},
		},
	})
	if err != nil {
		c.mutex.Lock()
		c.troubles = append(c.troubles, err.Error())
		c.mutex.Unlock()
		<-ctx.Done()
		return
	}
	elector.Run(ctx)
	if began.Load() {
		<-ended
	}
}

// end waits until somebody leads, as somebody must once the server is there, and then lets them go.
func (c *campaign) end(ctx context.Context) (int64, []string) {
	for range 200 {
		if c.leading.Load() == 1 || ctx.Err() != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if leading := c.leading.Load(); leading != 1 {
		c.mutex.Lock()
		c.troubles = append(c.troubles, fmt.Sprintf("%d candidates lead at the end", leading))
		c.mutex.Unlock()
	}
	c.stop()
	c.done.Wait()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.terms.Load(), c.troubles
}
